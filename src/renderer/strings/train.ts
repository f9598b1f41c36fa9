import type { Loss, SchedulePlan, Strategy } from '../../shared/contract/plan.ts';
import type { ClassWeighting, ClippingChoice, OptimizerChoice } from '../state/plan-draft.ts';
import { bytes, count, percent, shape } from './format.ts';
import { fields } from './plan-fields.ts';
import { planSplit } from './plan-split.ts';

const strategies: Readonly<Record<Strategy, { readonly label: string; readonly hint: string }>> = {
  features: { label: 'Features', hint: 'Only the new head trains; the network below stays as it is.' },
  finetune: { label: 'Fine-tune', hint: 'Everything trains, from the pretrained weights; freeze what should stay.' },
  scratch: { label: 'Scratch', hint: 'Everything trains, from random weights. Needs many images.' },
};

const optimizers: Readonly<Record<OptimizerChoice, string>> = {
  sgd: 'SGD',
  nesterov: 'SGD, Nesterov',
  adam: 'Adam',
  adamw: 'AdamW',
  rmsprop: 'RMSprop',
  adagrad: 'Adagrad',
  adadelta: 'Adadelta',
};

const clippings: Readonly<Record<ClippingChoice, string>> = {
  none: 'Off',
  value: 'Each value',
  norm: 'Each norm',
  globalNorm: 'Norm of all',
};

const losses: Readonly<Record<Loss, string>> = {
  crossEntropy: 'Cross-entropy',
  meanSquaredError: 'Squared error',
};

const classWeightings: Readonly<Record<ClassWeighting, string>> = {
  none: 'All alike',
  balanced: 'Balanced',
  given: 'By class',
};

const preprocessing = {
  title: 'Preparing images',
  own: "The network's own",
  values: 'Values',
  valuesOf: { caffe: 'caffe: BGR less mean', tf: 'tf: −1 to 1', torch: 'torch: ImageNet’s mean and deviation' },
  given: 'Your figures',
  resize: 'Resizing',
  resizeOf: { stretch: 'Stretch', centerCrop: 'Crop to shape', resizeThenCrop: 'Resize, then crop' },
  kernel: 'Kernel',
  kernelOf: { bilinear: 'Bilinear', bicubic: 'Bicubic' },
} as const;

const augmentation = {
  title: 'Augmentation',
  presets: { none: 'None', light: 'Light', standard: 'Standard', strong: 'Strong' },
  flips: 'Flip left to right',
  flipsVertically: 'Flip top to bottom',
  crops: 'Random resized crop',
  more: 'More of augmentation',
  fill: 'Around the image',
  fills: { reflect: 'Its reflection', nearest: 'Its rim', constant: 'Black', wrap: 'Itself again' },
  blurs: 'Blur',
  erases: 'Erase a box',
  notCached: 'Images change at every epoch, so nothing is computed once. Cached variants change that.',
  cached: (variants: number) =>
    variants === 1
      ? 'One variant of each training image is computed once; every epoch takes it.'
      : `${count(variants)} variants of each training image are computed once; every epoch takes one of them.`,
  preview: {
    title: 'Preview',
    seed: (seed: number) => `Seed ${seed}`,
    another: 'Another',
    drawing: 'Drawing…',
    label: (seed: number) => `Training images, augmented with seed ${seed}`,
    plain: 'As it is',
    augmented: 'Epochs 1 to 3',
    plainOf: (path: string) => `${path}, as it is`,
    augmentedOf: (path: string, epoch: number) => `${path} in epoch ${epoch}`,
    validation: 'Validation images are never augmented.',
  },
} as const;

const schedules: Readonly<Record<SchedulePlan['kind'], string>> = {
  constant: 'Constant',
  step: 'In steps',
  exponential: 'Exponential',
  inverseTime: 'Inverse time',
  cosine: 'Cosine',
  plateau: 'At plateaus',
};

/** Layer kinds, short enough to stand beside a name. */
const kinds: Readonly<Record<string, string>> = {
  input: 'input',
  conv2d: 'conv',
  depthwiseConv2d: 'depthwise',
  separableConv2d: 'separable',
  conv2dTranspose: 'transposed conv',
  batchNorm: 'batch norm',
  layerNorm: 'layer norm',
  localResponseNorm: 'response norm',
  activation: 'activation',
  zeroPadding2d: 'padding',
  reflectionPadding2d: 'reflection',
  resizing: 'resize',
  maxPool2d: 'max pool',
  averagePool2d: 'average pool',
  adaptiveMaxPool2d: 'adaptive max pool',
  adaptiveAveragePool2d: 'adaptive pool',
  globalAveragePooling2d: 'global pool',
  dropout: 'dropout',
  reshape: 'reshape',
  permute: 'permute',
  slice: 'slice',
  dense: 'dense',
  add: 'add',
  multiply: 'multiply',
  concatenate: 'concatenate',
};

/** From here on a share of the cost before is harder to read than how many times it is. */
const MANY_TIMES = 3;

const plural = (amount: number, one: string, many: string): string => `${count(amount)} ${amount === 1 ? one : many}`;

/** Words of the Train view: layer tree, plan, inspector. */
export const train = {
  panes: { layers: 'Layers', charts: 'Charts', plan: 'Plan' },
  panesLabel: 'Pane shown',
  showPlan: 'Plan',
  tree: {
    label: 'Layers of the network',
    size: (layers: number, blocks: number) =>
      `${plural(layers, 'layer', 'layers')} · ${plural(blocks, 'block', 'blocks')}`,
    matches: (layers: number) => plural(layers, 'match', 'matches'),
    loading: 'Reading the network…',
    nothingMatches: 'No layer or block has that in its name.',
    states: { frozen: 'frozen', trainable: 'trainable', mixed: 'partly frozen', none: 'no parameters' },
    kind: (kind: string) => kinds[kind] ?? kind,
    inspect: (name: string) => `Inspect ${name}`,
    statistics: {
      moving: 'moving statistics',
      kept: 'statistics kept',
      movingHint: 'Its moving statistics follow the new images. Click to keep them.',
      keptHint: 'Its moving statistics stay as they are. Click to let them follow the new images.',
    },
    boundary: 'features cached here',
    boundaryGiven: 'features begin here',
    boundaryWithin: (block: string) => `features cached within ${block}`,
    boundaryFigures: (images: number | null, shapes: readonly (readonly number[])[], size: number | null) => {
      const each = shapes.map((sizes) => shape(sizes)).join(' + ');
      const all = images === null ? each : `${count(images)} × ${shapes.length > 1 ? `(${each})` : each}`;
      return size === null ? all : `${all} · ${bytes(size)}`;
    },
    nothingCached: 'Nothing is cached:',
    unchanged: (run: string) => `Bit-identical after run ${run}`,
    counts: (trainable: number, frozen: number) => `${count(trainable)} trainable, ${count(frozen)} frozen parameters`,
  },
  pattern: {
    label: 'Search layers, or name what to freeze or thaw',
    placeholder: 'name or hidden[123]',
    freeze: 'Freeze',
    thaw: 'Thaw',
    freezeHint: 'Freeze what this names',
    thawHint: 'Thaw what this names',
    clear: 'Clear the search',
  },
  tools: {
    label: 'Freezing',
    undo: 'Undo (Ctrl+Z)',
    redo: 'Redo (Ctrl+Shift+Z)',
    thawFrom: 'Thaw from here up',
    thawFromHint: (name: string) => `Thaw ${name} and every layer that its output reaches`,
    freezeAll: 'Freeze all',
    freezeAllHint: 'Freeze every layer but the new head',
    thawAll: 'Thaw all',
    thawAllHint: 'Thaw every layer',
    statistics: 'Statistics',
    keepStatistics: (layers: number) => `Keep the moving statistics of ${plural(layers, 'BatchNorm', 'BatchNorms')}`,
    moveStatistics: (layers: number) =>
      `Let the moving statistics of ${plural(layers, 'BatchNorm', 'BatchNorms')} move`,
    noStatistics: 'Choose a BatchNorm, or a block that has one',
    unfold: 'Unfold all blocks',
    fold: 'Fold all blocks',
  },
  cost: {
    label: 'What the plan costs',
    trainable: 'Trainable',
    frozen: (frozen: number) => `${count(frozen)} frozen`,
    epoch: 'Epoch, estimated',
    memory: (size: string) => `memory ${size}`,
    features: (time: string) => `once, for features: ${time}`,
    unknown: 'not known yet',
    /** @param ratio of what it takes now to what it took before */
    change: (ratio: number) => {
      if (ratio >= MANY_TIMES) return `×${count(Math.round(ratio))}`;
      if (ratio <= 1 / MANY_TIMES) return `÷${count(Math.round(1 / ratio))}`;
      return `${ratio > 1 ? '+' : '−'}${Math.abs((ratio - 1) * 100).toFixed(0)} %`;
    },
    calibratedBy: (runs: number) =>
      runs === 0
        ? 'Estimated from the work alone: no run on this machine yet.'
        : `Calibrated by ${plural(runs, 'run', 'runs')} on this machine.`,
  },
  inspector: {
    title: (layer: string) => `Inspector: ${layer}`,
    close: 'Close the inspector',
    loading: 'Reading the tensors…',
    noTensors: 'This layer has no parameters.',
    output: 'Output',
    parameters: 'Parameters',
    kind: 'Kind',
    block: 'Block',
    state: 'State',
    statistics: 'Moving statistics',
    statisticsOptions: { moving: 'Moving', kept: 'Kept' },
    source: { label: 'Values', before: 'Before training', after: 'After the run' },
    mean: 'Mean',
    deviation: 'Deviation',
    range: 'Range',
    origin: 'Origin',
    first: (shown: number) => `First ${plural(shown, 'value', 'values')}`,
    histogram: (name: string, least: string, most: string) => `Histogram of ${name}, from ${least} to ${most}`,
    notDrawn: 'Its values are drawn when training begins.',
    unchanged: 'Unchanged: bit-identical after training',
    changed: 'Changed though frozen',
    proof: 'SHA-256 before and after',
    drift: (percent: string) => `Drift ${percent} of its norm`,
    moves: 'Follows the images while training',
  },
  maps: {
    title: 'What it makes of an image',
    computing: 'Computing…',
    again: 'Try again',
    noImage: 'The dataset has no image.',
    noImages: 'The dataset holds features: there is no image to look at.',
    noDataset: 'Open a dataset to look at one of its images.',
    untrained: 'It belongs to the new head, which has no weights before it was trained: look at it after a run.',
    random: 'Training begins with random weights: look at the layer after a run.',
    image: (place: number, images: number) => `image ${count(place)} of ${count(images)}`,
    previousImage: 'Previous image',
    nextImage: 'Next image',
    channels: 'Channels',
    channel: 'Channel',
    units: 'Values',
    minimum: 'Minimum',
    mean: 'Mean',
    maximum: 'Maximum',
    span: 'From',
    fromTo: (least: string, most: string) => `${least} to ${most}`,
    zeros: 'Zeros',
    range: 'Black to white',
    ranges: { channel: 'Each its own range', layer: 'One range' },
    rangeHints: {
      channel: "Black is a channel's own minimum, white its maximum",
      layer: "Black is the layer's minimum, white its maximum: channels can be compared",
    },
    channelNamed: (channel: number, mean: string, least: string, most: string) =>
      `Channel ${channel}: mean ${mean}, from ${least} to ${most}`,
    previousPage: 'Previous channels',
    nextPage: 'Next channels',
    page: (first: number, last: number, total: number) => `${count(first)} to ${count(last)} of ${count(total)}`,
    values: 'Values of the layer',
    unit: 'Unit',
    bar: 'Bar',
    value: 'Value',
  },
  plan: {
    strategy: 'Strategy',
    strategies,
    optimizer: 'Optimizer',
    method: 'Method',
    optimizers,
    centered: 'Centered',
    clipping: 'Clip gradients',
    clippings,
    optimizerFigures: 'More of the optimizer',
    lossAndClasses: 'Loss and classes',
    loss: 'Loss',
    losses,
    classWeights: 'Class weights',
    classWeightings,
    sampling: 'Sampling',
    samplings: { natural: 'Each image once', balanced: 'Each class alike', random: 'Drawn at random' },
    classWeightList: {
      label: 'Weight of each class',
      images: 'Training',
      weight: 'Weight',
      leftOut: (classes: number) => `${plural(classes, 'more class', 'more classes')}: find them by name.`,
    },
    fields,
    schedule: 'Schedule',
    rateSchedule: 'Rate over time',
    rateMonitor: 'Plateau of',
    schedules,
    network: 'Network',
    head: 'Head',
    newHead: 'New head, even for the same classes',
    heads: { softmax: 'Softmax', sigmoid: 'One sigmoid unit' },
    earlyStopping: 'Early stopping',
    monitor: 'Watches',
    monitors: { val_loss: 'Validation loss', val_accuracy: 'Validation accuracy' },
    computation: 'Computation',
    precisionFrozen: 'Frozen prefix',
    precisionTrainable: 'What trains',
    device: 'Device',
    devices: { auto: 'Automatic', cpu: 'Processor', 'gpu:0': 'GPU 0' },
    precisions: { float32: 'float32', bfloat16: 'bfloat16', float16: 'float16 (GPU)' },
    data: 'Data',
    preprocessing,
    split: planSplit,
    augmentation,
    validation: 'Validation',
    validationGiven: (images: number) => `given, ${plural(images, 'image', 'images')}`,
    weights: 'Weights',
    weightsShipped: 'Shipped',
    weightsNone: 'None: random',
    weightsMissing: 'None chosen yet',
    weightsRun: (name: string, accuracy: number | null) =>
      accuracy === null ? name : `${name} · ${percent(accuracy)}`,
    chooseFile: 'Choose a file…',
    weightsOfFeatures: 'Of the features',
    features: 'Features',
    featuresOf: 'Taken at',
    featuresShape: 'Of one image',
    featuresBelow:
      'What lies below them is fixed: the head trains, and layers between it and the features that you thaw.',
    featuresAlone: 'A new head trains on them alone: which network they come from is not known.',
    rest: 'Before it can train',
    willHappen: 'What will happen',
    start: 'Train',
    starting: 'Starting…',
    underWay: 'A run is under way: this one waits in the queue.',
    shortcut: 'Ctrl+Enter',
    retry: 'Ask again',
    waiting: 'Asking the engine…',
  },
  idle: {
    title: 'Ready to train',
    firstDataset: 'First, choose a dataset',
    firstDatasetHint:
      'A folder with one folder of images for each class; or begin with the sample that ships with Thaw.',
    openDataset: 'Choose a dataset',
    useSample: 'Use the sample',
    reading: 'Reading the dataset…',
    readingOf: (done: number, total: number) => `${count(done)} of ${count(total)} images`,
    cancel: 'Cancel',
    hint: 'Click layers to freeze or thaw them, and shape the plan. Train starts it; its curves appear here.',
    images: (train: number, validation: number) =>
      `${count(train)} training and ${count(validation)} validation images`,
    classes: (found: number) => plural(found, 'class', 'classes'),
  },
} as const;
