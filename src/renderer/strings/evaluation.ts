import type { EvaluatedImage, Estimated, StoredEvaluation } from '../../shared/contract/evaluate.ts';
import type { SPLITS } from '../../shared/contract/splits.ts';
import { count, duration, metric, percent } from './format.ts';
import { isolate } from './isolate.ts';

type Split = (typeof SPLITS)[number];

const plural = (amount: number, one: string): string => `${count(amount)} ${one}${amount === 1 ? '' : 's'}`;
const splits: Readonly<Record<Split, string>> = { train: 'Training', validation: 'Validation', test: 'Test' };

/** Stands where there is no figure. */
const none = '–';

/** What was evaluated, for people. */
const evaluatedOn = ({ split, dataset }: Pick<StoredEvaluation, 'split' | 'dataset'>): string =>
  split === null ? isolate(dataset) : splits[split];

/** Words of what a checkpoint made of images. */
export const evaluation = {
  none,
  share: (value: number | null) => (value === null ? none : percent(value)),
  unitless: (value: number | null) => (value === null ? none : value.toFixed(3)),
  loading: 'Reading what is kept…',
  splits,
  choose: 'Evaluation',
  choice: (stored: StoredEvaluation) => {
    const accuracy = stored.accuracy === null ? '' : ` · ${percent(stored.accuracy)}`;
    return `${evaluatedOn(stored)} · epoch ${stored.epoch} · ${plural(stored.images, 'image')}${accuracy}`;
  },
  evaluate: 'Evaluate…',
  empty: {
    title: 'Nothing was evaluated yet',
    hint: 'A run keeps what its best checkpoint made of the validation and the test images when it ends. Any checkpoint can be evaluated on any split, or on another folder.',
    noWeights: 'This run has no weights that could be evaluated.',
    noClasses: 'Only what learns classes is evaluated: this run learns something else.',
  },
  gone: {
    title: 'Only the totals of this evaluation are left',
    hint: 'What was made of each image is no longer in the run’s folder. Evaluated again, it is kept anew.',
    hintWithout: 'What was made of each image is no longer in the run’s folder.',
    again: 'Evaluate again…',
  },
  dialog: {
    title: 'Evaluate a checkpoint',
    hint: 'What it makes of each image is kept with the run, in place of what it made of the same images before.',
    checkpoint: 'Checkpoint',
    option: (step: number, epoch: number, kinds: string, accuracy: number | null) =>
      [`Epoch ${epoch}, step ${count(step)}`, kinds, accuracy === null ? '' : percent(accuracy)]
        .filter((part) => part !== '')
        .join(' · '),
    noCheckpoints: 'This run has kept no checkpoint: there are no weights to evaluate.',
    on: 'On',
    images: (images: number) => plural(images, 'image'),
    opened: (name: string) => `${isolate(name)}, the dataset that is opened`,
    chosen: (name: string) => isolate(name),
    chooseFolder: 'Choose another folder…',
    folderHint: 'Folders of images in folders named as the run’s classes, in any order.',
    start: 'Evaluate',
    cancel: 'Cancel',
  },
  progress: {
    label: 'Evaluating',
    preparing: 'Preparing the evaluation…',
    of: (done: number, total: number) => `${count(done)} of ${plural(total, 'image')}`,
    rate: (rate: number) => `${rate < 10 ? rate.toFixed(1) : count(rate)} a second`,
    left: (seconds: number) => `${duration(seconds)} left`,
    cancel: 'Cancel',
    cancelled: 'The evaluation was cancelled; nothing of it is kept.',
  },
  head: {
    title: 'Result',
    caption: ({ images, epoch, step }: StoredEvaluation) =>
      `${plural(images, 'image')}, the checkpoint of epoch ${epoch}, step ${count(step)}. Ranges are 95 % intervals over resampled images.`,
    accuracy: 'Accuracy',
    topFive: 'Top-5 accuracy',
    macroF1: 'Macro F1',
    logLoss: 'Log loss',
    logLossHint: 'Mean cross-entropy of the label, in nats; 0 is best',
    ece: 'Calibration error',
    eceHint: 'Expected calibration error: how far probabilities are from how often they are right; 0 is best',
    scaled: (ece: number) => `${percent(ece)} with temperature`,
    interval: (low: string, high: string) => `${low} – ${high}`,
  },
  notice: {
    title: 'Before these figures are believed',
    unlabelled: (images: number) => `${plural(images, 'image')} without a label: left out.`,
    unknownClass: (images: number, name: string) =>
      `${plural(images, 'image')} of ${isolate(name)}, which this run has no class of: left out.`,
    unreadable: (images: number) => `${plural(images, 'image')} that cannot be read: left out.`,
    more: (more: number) => `and ${count(more)} more`,
  },
  classes: {
    title: 'By class',
    hint: 'A class’s name shows its images below.',
    name: 'Class',
    images: 'Images',
    precision: 'Precision',
    recall: 'Recall',
    f1: 'F1',
    rocAuc: 'ROC AUC',
    averagePrecision: 'Avg. precision',
    macro: 'Mean of classes (macro)',
    weighted: 'Weighted by images',
    sortBy: (column: string) => `Sort by ${column}`,
    show: (name: string) => `Show the images of ${name}`,
    region: 'Figures by class',
    showAll: (classes: number) => `Show all ${count(classes)} classes`,
  },
  matrix: {
    title: 'Confusion matrix',
    hint: 'Each row is a label, each column what its images were taken for. A cell shows its images below.',
    pairs: 'Most confused',
    pairsNone: 'No image was taken for another class.',
    pair: (label: string, predicted: string, images: number, share: number) =>
      `${plural(images, 'image')} of ${isolate(label)} taken for ${isolate(predicted)}, ${percent(share)} of its label`,
    part: (shown: number, classes: number) =>
      `Of ${count(classes)} classes these are the ${count(shown)} that are confused most.`,
  },
  curves: {
    title: 'Threshold',
    binaryHint: 'The class that is looked for is the positive one: an image is taken for it from a probability on.',
    hint: 'One class against all others: an image is taken for it from a probability on.',
    class: 'Class',
    positive: 'Positive class',
    none: 'A curve needs images of this class and of others; this evaluation has not both.',
    threshold: 'Threshold',
    thresholdValue: (value: number) => `${(value * 100).toFixed(1)} %`,
    bestF1: 'Best F1',
    half: '50 %',
    precision: 'Precision',
    recall: 'Recall (sensitivity)',
    f1: 'F1',
    specificity: 'Specificity',
    accuracy: 'Accuracy',
    table: 'Images at this threshold',
    taken: 'Taken for it',
    notTaken: 'Not taken for it',
    is: (name: string) => `Is ${isolate(name)}`,
    isNot: (name: string) => `Is not ${isolate(name)}`,
    truePositives: 'true positives',
    falseNegatives: 'false negatives',
    falsePositives: 'false positives',
    trueNegatives: 'true negatives',
    roc: 'ROC',
    pr: 'Precision and recall',
    auc: (value: number | null) => `AUC ${value === null ? none : value.toFixed(3)}`,
    ap: (value: number | null) => `Average precision ${value === null ? none : value.toFixed(3)}`,
    falsePositiveRate: 'false positive rate',
    truePositiveRate: 'true positive rate',
    recallAxis: 'recall',
    precisionAxis: 'precision',
    chance: 'chance',
    spoken: (title: string, name: string, figure: string) => `${title} of ${name}: ${figure}`,
    here: 'threshold',
  },
  calibration: {
    title: 'Calibration',
    hint: 'Of images that were predicted with about this probability, how many were right. On the diagonal it can be believed; below it, it is too sure.',
    diagram: 'Reliability diagram',
    chart: (ece: number, scaled: number | null) =>
      `Reliability: calibration error ${percent(ece)}${scaled === null ? '' : `, ${percent(scaled)} after temperature scaling`}`,
    confidence: 'probability of the predicted class',
    accuracy: 'share that was right',
    before: 'As predicted',
    after: 'Scaled',
    ideal: 'ideal',
    ece: 'Calibration error',
    logLoss: 'Log loss',
    row: { before: 'As predicted', after: 'With temperature' },
    temperature: (value: number) => `Temperature ${metric(value)}`,
    temperatureHint: (value: number) =>
      `${value > 1 ? 'Above 1: the network is too sure of itself.' : value < 1 ? 'Below 1: the network is less sure than it may be.' : ''} Logits are divided by it. Fitted on these same images, so that it flatters a little.`,
    noScaling: 'Too few images to fit a temperature.',
    images: (images: number) => plural(images, 'image'),
    bin: (from: number, to: number) => `${(from * 100).toFixed(0)} – ${(to * 100).toFixed(0)} %`,
    binsTitle: 'By probability',
    probability: 'Probability',
    meanProbability: 'Mean',
    right: 'Right',
  },
  slices: {
    title: 'Slices',
    hint: 'Parts of the images, the worst of each kind first. A name shows its images below; lines are 95 % intervals.',
    kinds: { tag: 'Tag', size: 'Size', folder: 'Folder' },
    by: 'By',
    name: 'Slice',
    images: 'Images',
    accuracy: 'Accuracy',
    logLoss: 'Log loss',
    all: 'All images',
    show: (name: string) => `Show the images of ${name}`,
    region: 'Figures by slice',
    showAll: (slices: number) => `Show all ${count(slices)} slices`,
    accuracySpoken: (estimated: Estimated) =>
      estimated === null
        ? none
        : `${percent(estimated.value)}, 95 % interval from ${percent(estimated.low)} to ${percent(estimated.high)}`,
  },
  images: {
    title: 'Images',
    order: 'Show',
    orders: { loss: 'Top losses', confidentlyWrong: 'Confidently wrong', unsure: 'Unsure', path: 'All' },
    orderHints: {
      loss: 'The largest loss first: the label had the least probability.',
      confidentlyWrong: 'Taken for another class than theirs, the most sure first.',
      unsure: 'The least probability of the predicted class first.',
      path: 'By path.',
    },
    total: (total: number) => plural(total, 'image'),
    loading: 'Looking for the images…',
    none: 'There are none.',
    noPictures: 'The dataset is no longer where it was: images are told by their paths.',
    filter: {
      cell: (label: string, predicted: string) => `${isolate(label)} → ${isolate(predicted)}`,
      label: (label: string) => `Label ${isolate(label)}`,
      predicted: (predicted: string) => `Taken for ${isolate(predicted)}`,
      slice: (kind: string, name: string) => `${kind} ${isolate(name)}`,
      clear: (filter: string) => `Show images of all kinds again, not only ${filter}`,
    },
    described: (name: string, label: string, predicted: string, probability: number) =>
      `${name}: ${label} taken for ${predicted}, ${percent(probability)}`,
    right: 'right',
    wrong: 'wrong',
    retry: 'Try again',
  },
  viewer: {
    label: 'Label',
    predicted: 'Taken for',
    loss: 'Loss',
    lossOf: ({ loss }: Pick<EvaluatedImage, 'loss'>) => metric(loss),
    why: 'Why?',
    explain: 'Why it was taken for this',
    correct: 'Correct the label…',
    correctTitle: 'The label is',
    correctHint: (label: string) => `So far ${isolate(label)}. The file stays where it is.`,
    find: 'Class',
    newClass: (name: string) => `New class ${isolate(name)}`,
    correctedHint:
      'This evaluation keeps the label that it was made with. The Dataset view can take the correction back.',
    undo: 'Undo',
    nowLabelled: (label: string) => `now ${isolate(label)}`,
    gone: 'The image is no longer where it was.',
  },
} as const;
