import type { NetworkFamily } from '../family.ts';
import { scaleToUnitRange, subtractCaffeMean } from '../preprocessing.ts';
import { inceptionV3 } from './inception-v3.ts';
import { mobilenetV1 } from './mobilenet-v1.ts';
import { mobilenetV2 } from './mobilenet-v2.ts';
import { resnet50 } from './resnet50.ts';
import { vgg16 } from './vgg16.ts';

/** Keras' name of a network, with the width that its weight files carry. */
function withWidth(name: string, width: string): readonly string[] {
  return width === '1.0' ? [name, `${name}@1.0`] : [`${name}@${width}`];
}

/** The networks of Keras Applications. */
export const KERAS_FAMILIES: readonly NetworkFamily[] = [
  {
    family: 'mobilenet_v1',
    publisher: 'keras',
    widths: ['0.25', '0.5', '0.75', '1.0'],
    // Those that Keras publishes weights for, and that of the network that ships.
    sizes: () => [96, 128, 160, 192, 224],
    defaultSize: 224,
    // Five halvings leave at least one pixel.
    smallestSize: 32,
    source: 'Keras Applications MobileNet; Howard et al. 2017, https://arxiv.org/abs/1704.04861',
    preprocessing: scaleToUnitRange,
    publishedAs: (width) => withWidth('MobileNet', width),
    build: mobilenetV1,
  },
  {
    family: 'mobilenet_v2',
    publisher: 'keras',
    widths: ['0.35', '0.5', '0.75', '1.0', '1.3', '1.4'],
    // Those that Keras publishes weights for: of the networks wider than the paper's, one size each.
    sizes: (width) => (Number(width) > 1 ? [224] : [96, 128, 160, 192, 224]),
    defaultSize: 224,
    smallestSize: 32,
    source: 'Keras Applications MobileNetV2; Sandler et al. 2018, https://arxiv.org/abs/1801.04381',
    preprocessing: scaleToUnitRange,
    publishedAs: (width) => withWidth('MobileNetV2', width),
    build: mobilenetV2,
  },
  {
    family: 'resnet50',
    publisher: 'keras',
    widths: [],
    sizes: () => [224],
    defaultSize: 224,
    smallestSize: 32,
    source: 'Keras Applications ResNet50; He et al. 2015, https://arxiv.org/abs/1512.03385',
    preprocessing: subtractCaffeMean,
    publishedAs: () => ['ResNet50'],
    build: resnet50,
  },
  {
    family: 'inception_v3',
    publisher: 'keras',
    widths: [],
    sizes: () => [299],
    defaultSize: 299,
    // Below, a window without padding meets nothing to slide over.
    smallestSize: 75,
    source: 'Keras Applications InceptionV3; Szegedy et al. 2015, https://arxiv.org/abs/1512.00567',
    preprocessing: scaleToUnitRange,
    publishedAs: () => ['InceptionV3'],
    build: inceptionV3,
  },
  {
    family: 'vgg16',
    publisher: 'keras',
    widths: [],
    sizes: () => [224],
    defaultSize: 224,
    // Five halvings leave at least one pixel.
    smallestSize: 32,
    source: 'Keras Applications VGG16; Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556',
    preprocessing: subtractCaffeMean,
    publishedAs: () => ['VGG16'],
    build: vgg16,
  },
];
