import { bytes, count, duration } from './format.ts';
import { isolate } from './isolate.ts';

const images = (total: number): string => (total === 1 ? '1 image' : `${count(total)} images`);

/** Words of the map of a dataset. */
export const embeddingMap = {
  label: (total: number) =>
    `Map of ${images(total)}. Arrows go from image to image, Space selects, plus and minus zoom, S makes a drag select.`,
  role: 'map',
  empty: {
    title: 'See which images are alike',
    lead: (network: string, total: number) =>
      `${isolate(network)} looks at ${images(total)}; those that it sees alike lie side by side. Odd ones and wrong labels stand out.`,
    many: (laidOut: number, others: number) =>
      `${count(laidOut)} of them are laid out, the other ${count(others)} are placed among their nearest.`,
    cost: (seconds: number) =>
      `Taking their features takes about ${duration(seconds)} here, once: they are kept, and training uses them too.`,
    cached: 'Their features are there already.',
    space: (size: number) => `They take ${bytes(size)} of the cache.`,
    layout: (total: number) =>
      total > 1500 ? 'Laying them out takes up to a minute.' : 'Laying them out takes a few seconds.',
    compute: 'Compute map',
    choose: 'Choose a network',
    noNetwork: 'A network looks at the images to tell which are alike',
    noNetworkHint: 'Choose one with weights first; the map shows what it makes of them.',
  },
  looking: 'Looking for a map…',
  progress: {
    begin: 'Loading the network…',
    features: 'Looking at the images',
    layout: 'Laying them out',
    rest: 'Placing the other images',
    of: (done: number, total: number) => `${count(done)} of ${count(total)} images`,
    share: (done: number, total: number) => `${Math.round((done / total) * 100)} %`,
    rate: (perSecond: number) => `${count(perSecond)} a second`,
    left: (seconds: number) => `${duration(seconds)} left`,
    cancel: 'Cancel',
  },
  again: 'Try again',
  mode: 'A drag',
  modes: { move: 'Move', lasso: 'Lasso' },
  modeHints: { move: 'A drag moves the map (Shift: selects)', lasso: 'A drag draws around images to select them (S)' },
  selectHint: 'Click, press Space, or drag around images with Shift to select',
  zoomIn: 'Zoom in (+)',
  zoomOut: 'Zoom out (−)',
  fit: 'Show all (0)',
  facts: (network: string, layers: readonly string[]) => `${network}, ${layers.join(' + ')}`,
  factsTitle: 'The network and the layers whose output was compared',
  placed: (placed: number) => `${images(placed)} placed among ${placed === 1 ? 'its' : 'their'} nearest`,
  placedTitle: 'The dataset is large: these were not laid out themselves',
  skipped: (total: number) => `${images(total)} left out`,
  skippedTitle: (names: readonly string[]) => `Could not be read: ${names.map(isolate).join(', ')}`,
  classes: 'Classes on the map',
  classHint: 'Choose a class to see it alone. Enter or a double click selects its images.',
  selectClass: (name: string) => `Select the images of ${isolate(name)}`,
  unlabelled: 'No class',
  point: (name: string, className: string) => (className === '' ? name : `${name}, ${className}`),
  pointSelected: (point: string) => `${point}, selected`,
  selected: (total: number) => `${images(total)} selected`,
  selectedLabel: 'Selected images',
  more: (total: number) => `and ${count(total)} more`,
  show: (name: string) => `Show ${isolate(name)} on the map`,
} as const;
