import type { DatasetChange } from '../../shared/contract/dataset-edits.ts';
import { count, shape } from './format.ts';
import { isolate } from './isolate.ts';

const SPLIT_NAMES = { train: 'Train', validation: 'Validation', test: 'Test' } as const;

/** What was decided of images, for people. */
function editDone(change: DatasetChange, total: number): string {
  const images = total === 1 ? '1 image' : `${count(total)} images`;
  const are = total === 1 ? 'is' : 'are';
  switch (change.kind) {
    case 'class':
      return `${images} ${are} ${isolate(change.className)} now`;
    case 'exclude':
      return change.excluded ? `${images} excluded` : `${images} included again`;
    case 'tag':
      return change.on ? `${images} tagged ${isolate(change.tag)}` : `${isolate(change.tag)} taken off ${images}`;
    case 'split':
      return change.split === null
        ? `${images} ${are} divided as the others now`
        : `${images} ${are} in ${SPLIT_NAMES[change.split]} now`;
    case 'reset':
      return `${images} ${are} as in the folder again`;
  }
}

/** Words of the Dataset view. */
export const dataset = {
  title: 'Dataset',
  open: 'Open folder…',
  openFeatures: 'Open features file…',
  sample: 'Use the sample',
  sampleName: 'the sample',
  recent: 'Recent',
  images: (total: number) => (total === 1 ? '1 image' : `${count(total)} images`),
  unlabelled: (unlabelled: number, total: number) => {
    if (unlabelled < total) return `${count(unlabelled)} of ${count(total)} images without a class`;
    return total === 1 ? '1 image, whose class is not known' : `${count(total)} images, whose classes are not known`;
  },
  classes: (total: number) => (total === 1 ? '1 class' : `${count(total)} classes`),
  splits: SPLIT_NAMES,
  splitsLabel: 'Split',
  every: 'All',
  everyClass: 'All classes',
  everyImage: 'All images',
  class: 'Class',
  classesLabel: 'Classes',
  classFilter: 'Find a class',
  noClassFits: (text: string) => `No class is called “${isolate(text)}”.`,
  counted: (name: string, parts: string) => `${name}: ${parts}`,
  looksLabel: 'Look at',
  looks: { images: 'Images', map: 'Map', health: 'Health', labels: 'Labels' },
  validation: {
    given: 'Validation images come from a folder of their own.',
    share: 'A share of each class is held out for validation, chosen by content, so that it stays the same.',
  },
  balance: {
    even: 'The classes are balanced.',
    uneven: (largest: string, ratio: string, smallest: string) =>
      `${isolate(largest)} has ${ratio} times as many images as ${isolate(smallest)}: accuracy alone may hide the smaller class.`,
    emptyClass: (name: string) => `${isolate(name)} has no image.`,
  },
  skipped: {
    title: (total: number) => (total === 1 ? '1 image skipped' : `${count(total)} images skipped`),
    lead: 'These files cannot be used and are left out; everything else is unaffected.',
    show: 'Show',
    file: 'File',
    reason: 'Reason',
    none: 'Every file could be used.',
    copy: 'Copy the list',
    close: 'Close',
  },
  grid: {
    label: 'Images',
    size: 'Thumbnail size',
    pixels: (width: number) => `${width} pixels`,
    smaller: 'Smaller thumbnails (−)',
    larger: 'Larger thumbnails (+)',
    none: 'No image passes these filters.',
    showAll: 'Show all images',
    retry: 'Try again',
    unreadable: 'This image can no longer be read. Was it moved or deleted?',
    position: (place: number, total: number) => `${count(place)} of ${count(total)}`,
    /** What a screen reader is told of an image, after its name, class and split. */
    excluded: 'excluded',
    edited: 'edited',
    editedFrom: (name: string) => (name === '' ? 'had no class' : `was ${isolate(name)}`),
    tagged: (tags: readonly string[]) => `tagged ${tags.join(', ')}`,
    moreTags: (more: number) => `+${more}`,
  },
  filters: {
    label: 'Filters',
    tag: 'Tag',
    anyTag: 'All images',
    noTags: 'No image is tagged yet',
    problem: 'Problem',
    anyProblem: 'All images',
    edited: 'Edited',
    editedTitle: 'Only images of which you decided something',
    excluded: 'Excluded',
    exclusions: { with: 'Shown, dimmed', without: 'Hidden', only: 'Only these' },
    clear: 'Clear filters',
    is: (filter: string, value: string) => `${filter}: ${isolate(value)}`,
    lookFirst: 'Look at every image first…',
    skipped: (total: number) => (total === 1 ? '1 file skipped…' : `${count(total)} files skipped…`),
  },
  selection: {
    label: 'Selected images',
    none: 'Click, drag or press Space to select',
    some: (selected: number) => `${count(selected)} selected`,
    clear: 'Select nothing (Esc)',
    all: 'Select all (Ctrl+A)',
    class: 'Class…',
    tag: 'Tag…',
    split: 'Move to…',
    exclude: 'Exclude',
    include: 'Include again',
    reset: 'Reset',
    resetTitle: 'Take back all that was decided of these images',
    asDivided: 'As the others are divided',
    undo: (step: string | null) => (step === null ? 'Undo (Ctrl+Z)' : `Undo: ${step} (Ctrl+Z)`),
    redo: (step: string | null) => (step === null ? 'Redo (Shift+Ctrl+Z)' : `Redo: ${step} (Shift+Ctrl+Z)`),
    classLabel: 'Class of the selected images',
    classFind: 'Find or name a class',
    newClass: (name: string) => `New class “${isolate(name)}”`,
    tagLabel: 'Tags of the selected images',
    tagFind: 'Find or name a tag',
    taggingLabel: 'What becomes of the tag',
    tagging: { add: 'Add to all', remove: 'Remove from all' },
    newTag: (name: string) => `New tag “${isolate(name)}”`,
    noNames: 'Type a name',
    more: (total: number) => `${count(total)} more: type to find them`,
    tooLong: (most: number) => `A name has at most ${count(most)} characters, and no control characters.`,
    carried: { all: 'on all of these', some: 'on some of these', none: '' },
  },
  files: {
    changed: 'The folder has changed',
    unusable: 'The folder has changed and cannot be used as it is now',
    counts: (files: Readonly<Record<'added' | 'changed' | 'moved' | 'removed', number>>) =>
      (['added', 'changed', 'moved', 'removed'] as const)
        .filter((kind) => files[kind] > 0)
        .map((kind) => `${count(files[kind])} ${kind}`)
        .join(', '),
  },
  edits: {
    undo: 'Undo',
    redo: 'Redo',
    done: editDone,
    mended: (step: string | null) =>
      step === null ? 'Mended' : `Mended: ${step.charAt(0).toLowerCase()}${step.slice(1)}`,
    undone: (step: string) => `Undone: ${step}`,
    redone: (step: string) => `Redone: ${step}`,
  },
  viewer: {
    label: (name: string) => `Image ${name}`,
    previous: 'Previous image',
    next: 'Next image',
    close: 'Close',
    pixels: (width: number, height: number) => `${count(width)} × ${count(height)} px`,
    loading: 'Loading…',
    unreadable: 'This image cannot be shown',
    size: 'Size',
    file: 'File',
    predict: 'Predict this image',
  },
  reading: {
    label: (name: string) => `Reading ${isolate(name)}`,
    unnamed: 'the dataset',
    begin: 'Looking for images…',
    progress: (done: number, total: number) => `${count(done)} of ${count(total)} images`,
    rate: (perSecond: number) => `${count(perSecond)} a second`,
    left: (time: string) => `${time} left`,
    cancel: 'Cancel',
    kept: (name: string) => `${isolate(name)} stays open until then.`,
  },
  features: {
    title: 'Features of images, computed before',
    lead: 'Training begins above them: no image is read, and nothing below them can change.',
    leadAlone:
      'The file does not say which network they come from: a new head is trained on them alone, and it cannot look at images.',
    network: 'Network',
    unknownNetwork: 'not known',
    takenAt: 'Taken at',
    shape: 'Of one image',
    shapes: (sizes: readonly (readonly number[])[]) => sizes.map((one) => shape(one)).join(' + '),
    images: 'Images',
    unlabelled: (rows: number) =>
      rows === 1 ? '1 without a class is left out' : `${count(rows)} without a class are left out`,
    size: 'File',
    validation: {
      given: 'The file says which images validate.',
      share: 'A share of each class is held out for validation, chosen by content.',
    },
    train: 'Train on these features',
  },
  failed: {
    another: 'Open another folder…',
    again: 'Try again',
    readAgain: 'Read the folder again',
  },
  empty: {
    title: 'Open a folder of images',
    lead: 'Thaw learns from folders: one for each class, named as you want it called.',
    layouts: 'Folders that Thaw understands',
    layoutTrees: [
      { title: 'One folder for each class', tree: 'photos\n├─ cat\n│  └─ 1.jpg …\n└─ dog\n   └─ 2.jpg …' },
      {
        title: 'With a split of its own',
        tree: 'photos\n├─ train\n│  ├─ cat\n│  └─ dog\n└─ val\n   ├─ cat\n   └─ dog',
      },
    ],
    drop: 'Or drop a folder, or a features file (.npz), anywhere in this window.',
    recent: 'Opened before',
    gone: 'no longer there',
  },
} as const;
