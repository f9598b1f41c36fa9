import { count } from './format.ts';
import { isolate } from './isolate.ts';

const plural = (amount: number, one: string, many: string): string => `${count(amount)} ${amount === 1 ? one : many}`;

/** Words of the Network view. */
export const network = {
  title: 'Network',
  lead: 'A pretrained network already knows edges, textures and parts. Choose the one to continue from.',
  ofFeatures: (file: string) =>
    `The dataset ${isolate(file)} is features of images: the network is the one that they come from. Open images to choose another.`,
  loading: 'Reading the list of networks…',
  retry: 'Try again',
  families: {
    mobilenet_v1: 'MobileNet v1',
    mobilenet_v2: 'MobileNetV2',
    inception_v3: 'Inception v3',
    resnet50: 'ResNet50',
    vgg16: 'VGG16',
  } as Readonly<Record<string, string>>,
  inputLabel: 'Input',
  parameters: (amount: number) => count(amount),
  parametersLabel: 'Parameters',
  layersLabel: 'Layers',
  layers: (layers: number, blocks: number) => `${count(layers)} in ${plural(blocks, 'block', 'blocks')}`,
  chooseNamed: (name: string) => `Choose ${name}`,
  aliases: (names: readonly string[]) => `also ${names.join(', ')}`,
  shipped: 'Weights ship with Thaw',
  notShipped: 'Needs a weights file',
  stateLabel: 'Weights',
  nameLabel: 'Name',
  showMore: (hidden: number) => `Show ${count(hidden)} more widths and sizes`,
  chosen: 'Chosen',
  choose: 'Choose',
  weights: {
    title: 'Weights',
    shipped: 'The weights that ship with Thaw',
    none: 'None yet. Choose the file that its publisher offers, or begin from the best checkpoint of a run.',
    scratch: 'None: the strategy Scratch begins from random weights.',
    chooseFile: 'Choose a file…',
    useShipped: 'Use the shipped ones',
    formats: 'Keras .h5, safetensors, tfjs and TensorFlow checkpoint files, recognised by what is in them.',
    ready: 'Ready to train with it.',
    toTrain: 'Continue to Train',
  },
  lastLoad: (run: string) => `What became of each tensor in ${run}`,
} as const;
