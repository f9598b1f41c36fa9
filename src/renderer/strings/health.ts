import type { DatasetHealth, HealthFinding } from '../../shared/contract/dataset-health.ts';
import { count } from './format.ts';
import { isolate } from './isolate.ts';

type Severity = HealthFinding['severity'];
const plural = (total: number, one: string, many: string): string => `${count(total)} ${total === 1 ? one : many}`;

const severities: Readonly<Record<Severity, string>> = {
  problem: 'Problem',
  warning: 'Warning',
  information: 'Note',
};

const kinds: Readonly<Record<HealthFinding['kind'], string>> = {
  leaks: 'Copies across splits',
  nearLeaks: 'Near copies across splits',
  conflicts: 'Copies in several classes',
  corrupt: 'Images that do not decode',
  duplicates: 'Copies',
  nearDuplicates: 'Near copies',
  uniform: 'Hardly more than one colour',
  tiny: 'Tiny images',
  elongated: 'Elongated images',
  channels: 'Unlike the others in colour',
  transparent: 'Transparent images',
  imbalance: 'The smallest class',
};

const channels: Readonly<Record<keyof DatasetHealth['channels'], string>> = {
  colour: 'Colour',
  grey: 'Grey',
  cmyk: 'Four inks (CMYK)',
  transparent: 'Transparent',
};

/** Words of what may be wrong with a dataset. */
export const health = {
  label: 'Health',
  begin: {
    title: 'Look at every image',
    hint: 'Each one is decoded once and compared with all others: what is damaged, doubled, out of the ordinary, or in two splits at a time is found.',
    start: 'Look at every image',
  },
  progress: {
    label: 'Looking at every image',
    begin: 'Opening the dataset…',
    cancel: 'Cancel',
    images: (done: number, total: number) => `${count(done)} of ${plural(total, 'image', 'images')}`,
    rate: (perSecond: number) => `${count(perSecond)} a second`,
    left: (time: string) => `${time} left`,
  },
  again: 'Look again',
  stale: 'The dataset has changed since it was looked at.',
  nothing: {
    title: 'Nothing was found to be wrong',
    hint: (images: number) =>
      `${plural(images, 'image was', 'images were')} decoded and compared: no damage, no copies, nothing in two splits.`,
  },
  findings: 'Findings',
  severities,
  kinds,
  groups: (total: number) => plural(total, 'group', 'groups'),
  images: (total: number) => plural(total, 'image', 'images'),
  described: (severity: string, kind: string, amount: string, message: string) =>
    `${severity}: ${kind}, ${amount}. ${message}`,
  more: (total: number) => plural(total, 'more image', 'more images'),
  mend: 'Mend',
  mending: (step: string) =>
    `To mend it: ${step.charAt(0).toLowerCase()}${step.slice(1)}. No file is touched, and it can be undone.`,
  mendAll: (total: number) => (total === 1 ? 'Mend' : `Mend all ${count(total)}`),
  mendGroup: (paths: readonly string[]) => `Mend ${paths.map(isolate).join(' and ')}`,
  image: (path: string, about: string) => `${isolate(path)}, ${about}`,
  pixels: (width: number, height: number) => `${count(width)} × ${count(height)} px`,
  undecoded: 'does not decode',
  noClass: 'no class',
  summary: {
    label: 'What the images are like',
    classes: 'Images of each class',
    balance: (ratio: number) => `Largest ${ratio.toFixed(1)} × the smallest`,
    even: 'All alike',
    classRange: (smallest: number, largest: number) =>
      `Images of each class, from ${count(largest)} down to ${count(smallest)}`,
    noClasses: 'No classes',
    width: 'Width',
    height: 'Height',
    aspectRatio: 'Width over height',
    pixels: (value: number) => `${count(value)} px`,
    ratio: (value: number) => value.toFixed(2),
    median: (value: string) => `median ${value}`,
    spread: (title: string, least: string, median: string, most: string) =>
      `${title}: from ${least} to ${most}, median ${median}`,
    channels: 'Channels',
    formats: 'Formats',
    channelNames: channels,
    bytes: (size: string) => `${size} in all`,
    none: 'No image decodes',
  },
  viewer: {
    found: 'Found',
  },
} as const;
