import { bytes, count, duration, metric, percent } from './format.ts';

const plural = (amount: number, one: string): string => `${count(amount)} ${one}${amount === 1 ? '' : 's'}`;

const SHARES = new Set(['val_accuracy', 'accuracy', 'test_accuracy']);
const SECONDS = new Set(['duration', 'seconds']);

/** A metric's value with its unit. */
function figure(key: string, value: number): string {
  if (SHARES.has(key)) return percent(value);
  if (SECONDS.has(key)) return duration(value);
  if (key === 'peak_memory_bytes') return bytes(value);
  return Number.isInteger(value) ? count(value) : metric(value);
}

const metrics: Readonly<Record<string, string>> = {
  val_accuracy: 'Validation accuracy',
  val_loss: 'Validation loss',
  accuracy: 'Training accuracy',
  loss: 'Training loss',
  learning_rate: 'Learning rate',
  seconds: 'Time of an epoch',
  test_accuracy: 'Test accuracy',
  best_epoch: 'Best epoch',
  parameters_trainable: 'Trainable parameters',
  parameters_frozen: 'Frozen parameters',
  images_per_second: 'Images per second',
  duration: 'Duration',
  peak_memory_bytes: 'Peak memory',
};

/** Words of what lays runs side by side, and of what a run made of its images. */
export const compare = {
  title: (runs: number) => `${plural(runs, 'run')} side by side`,
  back: 'All runs',
  withParent: 'Compare with the run it comes from',
  loading: 'Reading the runs…',
  failed: 'These runs cannot be compared',
  again: 'Try again',
  tooFew: 'Two runs or more are compared: pick them in the list of runs.',
  tooMany: (most: number) => `At most ${most} runs are compared at once.`,
  legend: 'Runs',
  shown: (name: string) => `${name} in the charts`,
  remove: (name: string) => `Leave ${name} out of the comparison`,
  against: (letter: string) => `Differences are to ${letter}.`,
  best: 'Best',
  better: 'better',
  worse: 'worse',
  unknown: '–',
  charts: {
    title: 'Curves',
    of: 'Measured on',
    validation: 'Validation',
    train: 'Training',
  },
  metrics: {
    title: 'Metrics',
    head: 'Metric',
    atBest: 'best epoch',
    atLast: 'last epoch',
    name: (key: string) => (Object.hasOwn(metrics, key) ? (metrics[key] ?? key) : key),
    figure,
    difference: (key: string, difference: number) => {
      const size = Math.abs(difference);
      const told = SHARES.has(key) ? `${(size * 100).toFixed(1)} pp` : figure(key, size);
      return `${difference > 0 ? '+' : '−'}${told}`;
    },
    points: 'pp: percentage points',
  },
  parameters: {
    title: 'Parameters',
    head: 'Parameter',
    onlyDiffering: 'Only what differs',
    same: 'Nothing differs: these are runs of one plan, on one dataset, in one environment.',
    none: 'none',
    yes: 'yes',
    no: 'no',
    hidden: (hidden: number) => `${plural(hidden, 'parameter')} ${hidden === 1 ? 'is' : 'are'} the same in all runs.`,
  },
  masks: {
    title: 'Freeze masks',
    hint: 'Layers stand beside each other by name and order.',
    head: 'Layer',
    onlyDiffering: 'Only blocks that differ',
    none: 'No layers are known of these runs yet.',
    same: 'All runs freeze the same layers.',
    differing: (layers: number) => `${plural(layers, 'layer')} ${layers === 1 ? 'differs' : 'differ'}`,
    layers: (layers: number) => plural(layers, 'layer'),
    states: {
      frozen: 'frozen',
      trainable: 'trainable',
      mixed: 'partly frozen',
      none: 'nothing to train',
      absent: 'no such layer',
    },
    statistics: { moving: 'statistics moving', kept: 'statistics kept' },
    openAll: 'Open all blocks',
    closeAll: 'Close all blocks',
  },
  confusion: {
    title: 'Confusion matrices',
    ofRun: 'Confusion matrix',
    hint: 'Each row is a label, each column what its images were taken for, by the best checkpoint on the validation.',
    pick: 'Pick a cell to see its images below.',
    none: 'None of these runs kept what it made of its images.',
    noneOfRun:
      'This run kept nothing of what it made of its images: it ended before its first epoch did, or is from before that was kept.',
    unit: 'Cells as',
    counts: 'Counts',
    shares: 'Shares',
    split: 'Images of',
    splits: { train: 'Training', validation: 'Validation', test: 'Test' },
    label: 'Label',
    predicted: 'Taken for',
    cell: (images: number, label: string, predicted: string, share: number) =>
      `${plural(images, 'image')} of ${label} taken for ${predicted}, ${percent(share)} of its label`,
    caption: (images: number, accuracy: number | null, epoch: number) =>
      `${plural(images, 'image')}, epoch ${epoch}${accuracy === null ? '' : `, ${percent(accuracy)} right`}`,
    manyClasses: (classes: number) => `${count(classes)} classes: the most frequent confusions.`,
    noConfusions: 'No image was taken for another class.',
    images: 'Images',
    recall: 'Recall',
    precision: 'Precision',
    f1: 'F1',
    class: 'Class',
    more: 'All of the evaluation',
    perClass: 'By class',
  },
  together: {
    title: 'All together',
    hint: 'The mean of the probabilities that the runs give each class, over the validation images that all of them have.',
    loading: 'Averaging…',
    failed: 'These runs cannot be averaged.',
    images: (images: number, leftOut: number) =>
      leftOut === 0
        ? plural(images, 'image')
        : `${plural(images, 'image')}; ${count(leftOut)} left out, which not all of the runs have`,
    run: 'Run',
    accuracy: 'Accuracy',
    logLoss: 'Log loss',
    mean: 'Averaged',
  },
  images: {
    title: 'Images whose prediction changed',
    cellTitle: 'Images of the chosen cell',
    head: 'Image',
    label: 'Label',
    allChanged: 'Show all that changed',
    changed: (changed: number, shared: number) =>
      `${count(changed)} of ${plural(shared, 'image')} that two runs or more were evaluated on`,
    cell: (images: number, letter: string, label: string, predicted: string) =>
      `${plural(images, 'image')} of ${label} that ${letter} took for ${predicted}`,
    same: 'All runs took every image for the same class.',
    few: 'Two runs or more must have kept what they made of their images, and have images in common.',
    none: 'There are none.',
    more: (left: number) => `Show more (${count(left)} left)`,
    right: 'right',
    wrong: 'wrong',
    noPicture: 'The image is no longer where it was.',
  },
} as const;
