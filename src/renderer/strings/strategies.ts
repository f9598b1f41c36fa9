import type { HeadActivation, HeadInitializer, HeadPooling, HiddenLayer } from '../../shared/contract/head-design.ts';
import type { LearningTask } from '../../shared/contract/learning-task.ts';
import type { EpochUnit } from '../state/plan-draft.ts';
import { count } from './format.ts';

const tasks: Readonly<Record<LearningTask['kind'], { readonly label: string; readonly hint: string }>> = {
  classify: { label: 'Classes', hint: '' },
  autoencoder: { label: 'Autoencoder', hint: 'Gives each image again through what lies between. Needs no classes.' },
  rotation: { label: 'Rotation', hint: 'Tells by how many quarters an image was turned. Needs no classes.' },
  corruption: { label: 'Corrupted or good', hint: 'Tells images from corrupted ones. Needs no classes.' },
  pairs: { label: 'Same or different', hint: 'Tells whether two images are of one class, by how far apart they lie.' },
  ranking: { label: 'Ranking', hint: 'Scores an image above its corrupted one by a margin. Needs no classes.' },
};

const poolings: Readonly<Record<HeadPooling, string>> = {
  average: 'Average',
  max: 'Maximum',
  flatten: 'Flatten',
};

const kinds: Readonly<Record<HiddenLayer['kind'], string>> = { dense: 'Dense', conv: 'Convolution 3×3' };

const activations: Readonly<Record<HeadActivation, string>> = {
  linear: 'Linear',
  relu: 'ReLU',
  relu6: 'ReLU6',
  elu: 'ELU',
  selu: 'SELU',
  gelu: 'GELU',
  swish: 'Swish',
  tanh: 'tanh',
  sigmoid: 'Sigmoid',
};

const initializers: Readonly<Record<HeadInitializer, string>> = {
  glorotUniform: 'Glorot uniform',
  glorotNormal: 'Glorot normal',
  heUniform: 'He uniform',
  heNormal: 'He normal',
  lecunNormal: 'LeCun normal',
  truncatedNormal: 'Truncated normal',
  zeros: 'Zeros',
};

const units: Readonly<Record<EpochUnit, string>> = { images: 'All images once', steps: 'So many steps' };

/** Words of what a plan may be beside the usual: other tasks, heads, epochs; rates by layer; plan files. */
export const strategies = {
  task: { label: 'Learns', options: tasks, layerwise: 'One layer after the other' },
  head: {
    title: 'Design of the head',
    base: 'Stands on',
    baseLast: 'The last layer',
    standOn: (layer: string) => `Let the head stand on ${layer}`,
    standOnNothing: 'Choose the layer that the head is to stand on',
    standOnLast: 'Let it stand on the last layer again',
    pooling: 'Pooling',
    poolings,
    layers: 'Hidden layers',
    none: 'None: the classifier stands on the pooling.',
    add: { dense: 'Add dense', conv: 'Add convolution' },
    layer: (kind: HiddenLayer['kind'], place: number) => `${kinds[kind]}, layer ${place}`,
    kinds,
    size: { dense: 'Units', conv: 'Filters' },
    activation: 'Activation',
    activations,
    batchNorm: 'BatchNorm',
    dropout: 'Dropout',
    up: (layer: string) => `Move nearer to the network: ${layer}`,
    down: (layer: string) => `Move nearer to the classifier: ${layer}`,
    remove: (layer: string) => `Remove ${layer}`,
    initializer: 'Initialiser',
    initializers,
  },
  moreWeights: 'More of the weights',
  reuse: {
    label: 'Reuse only',
    all: 'all layers',
    hint: 'A layer or block, last:N, or an expression such as hidden[123]: only these layers are loaded from the weights.',
  },
  headWeights: {
    label: 'Head of a run',
    none: 'None: it begins anew',
    other: (runId: string) => `Run ${runId}`,
  },
  evaluateFirst: 'Evaluate before training',
  /** Where nothing is typed. */
  all: 'all',
  automatic: 'automatic',
  epochUnit: { label: 'An epoch is', options: units },
  measuring: 'Validation and log',
  whichImages: 'Which images',
  classes: {
    label: 'Classes to learn',
    all: (classes: number) => `All ${count(classes)}`,
    some: (chosen: number, classes: number) => `${count(chosen)} of ${count(classes)}`,
    allAgain: 'Learn all',
    left: (classes: number) => `${count(classes)} more: find them by name.`,
    needsTwo: 'At least two classes are learnt.',
  },
  rates: {
    title: 'Rates by layer',
    hint: 'Layers that a name or an expression means learn at a share of the rate; of several, the last one holds.',
    pattern: 'Layers',
    factor: 'Share of the rate',
    row: (place: number) => `Rule ${place}`,
    add: 'Add a rule',
    remove: (pattern: string) => (pattern === '' ? 'Remove this rule' : `Remove the rule of ${pattern}`),
    example: 'name or /regex/',
  },
} as const;
