import type { NetworkFamily } from '../family.ts';
import { resizeThenCrop, scaleToUnitRange, standardise, type Preprocessing } from '../preprocessing.ts';
import { torchAlexnet } from './alexnet.ts';
import { torchDensenet121 } from './densenet.ts';
import { torchEfficientnet, type EfficientnetOptions } from './efficientnet.ts';
import { torchInceptionV3 } from './inception-v3.ts';
import { torchLeakyMobilenetV1, torchMobilenetV1 } from './mobilenet-v1.ts';
import { torchMobilenetV2 } from './mobilenet-v2.ts';
import { torchMobilenetV3 } from './mobilenet-v3.ts';
import { torchResnet, type ResnetOptions } from './resnet.ts';
import { torchSqueezenet } from './squeezenet.ts';
import { torchVgg } from './vgg.ts';

/**
 * The recipe of the first weights that torchvision published of a network.
 *
 * @param crop height and width of the crop
 * @param shorterSide of the image before it; other crops keep this share
 */
function recipe(crop: number, shorterSide: number, kernel: Preprocessing['kernel']): NetworkFamily['preprocessing'] {
  return (height, width) => {
    const larger = Math.round((Math.max(height, width) * shorterSide) / crop);
    return resizeThenCrop(standardise(height, width), larger, kernel);
  };
}

/** What most of torchvision's networks have in common: one width, images of 224, five halvings. */
const USUAL = {
  publisher: 'torch',
  widths: [],
  sizes: () => [224],
  defaultSize: 224,
  smallestSize: 32,
  preprocessing: recipe(224, 256, 'bilinear'),
} as const satisfies Partial<NetworkFamily>;

function resnet(family: string, options: ResnetOptions): NetworkFamily {
  return {
    ...USUAL,
    family,
    source: `torchvision ${family}; He et al. 2015, https://arxiv.org/abs/1512.03385`,
    publishedAs: () => [family],
    build: (wanted) => torchResnet(wanted, options),
  };
}

function vgg(family: string, convolutions: readonly number[]): NetworkFamily {
  return {
    ...USUAL,
    family,
    source: `torchvision ${family}; Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556`,
    publishedAs: () => [family],
    build: (wanted) => torchVgg(wanted, convolutions),
  };
}

function mobilenetV3(variant: 'large' | 'small'): NetworkFamily {
  const family = `mobilenet_v3_${variant}`;
  return {
    ...USUAL,
    family,
    widths: ['1.0'],
    source: `torchvision ${family}; Howard et al. 2019, https://arxiv.org/abs/1905.02244`,
    publishedAs: () => [family],
    build: (wanted) => torchMobilenetV3(wanted, variant),
  };
}

function efficientnet(
  family: string,
  [size, shorterSide]: readonly [number, number],
  options: EfficientnetOptions,
): NetworkFamily {
  return {
    ...USUAL,
    family,
    sizes: () => [size],
    defaultSize: size,
    preprocessing: recipe(size, shorterSide, 'bicubic'),
    source: `torchvision ${family}; Tan and Le 2019, https://arxiv.org/abs/1905.11946`,
    publishedAs: () => [family],
    build: (wanted) => torchEfficientnet(wanted, options),
  };
}

/** The networks of torchvision, and two others of PyTorch whose weights are about. */
export const TORCH_FAMILIES: readonly NetworkFamily[] = [
  {
    ...USUAL,
    family: 'mobilenet_v1',
    widths: ['1.0'],
    source: 'PyTorch ports of MobileNet; Howard et al. 2017, https://arxiv.org/abs/1704.04861',
    publishedAs: () => ['mobilenet_v1'],
    build: torchMobilenetV1,
  },
  {
    ...USUAL,
    family: 'mobilenet_v1_leaky',
    widths: ['0.25'],
    source: "RetinaFace's mobilenetV1X0.25 for PyTorch; Deng et al. 2019, https://arxiv.org/abs/1905.00641",
    publishedAs: () => ['mobilenetV1X0.25'],
    build: torchLeakyMobilenetV1,
  },
  {
    ...USUAL,
    family: 'mobilenet_v2',
    widths: ['1.0'],
    source: 'torchvision mobilenet_v2; Sandler et al. 2018, https://arxiv.org/abs/1801.04381',
    publishedAs: () => ['mobilenet_v2'],
    build: torchMobilenetV2,
  },
  mobilenetV3('small'),
  mobilenetV3('large'),
  resnet('resnet18', { blocks: [2, 2, 2, 2], bottleneck: false }),
  resnet('resnet34', { blocks: [3, 4, 6, 3], bottleneck: false }),
  resnet('resnet50', { blocks: [3, 4, 6, 3], bottleneck: true }),
  resnet('resnet101', { blocks: [3, 4, 23, 3], bottleneck: true }),
  resnet('resnet152', { blocks: [3, 8, 36, 3], bottleneck: true }),
  {
    ...USUAL,
    family: 'inception_v3',
    sizes: () => [299],
    defaultSize: 299,
    // Below, a window without padding meets nothing to slide over.
    smallestSize: 75,
    source: 'torchvision inception_v3; Szegedy et al. 2015, https://arxiv.org/abs/1512.00567',
    // Its weights are Google's, which torchvision feeds as those want.
    preprocessing: (height, width) =>
      resizeThenCrop(scaleToUnitRange(height, width), Math.round((Math.max(height, width) * 342) / 299)),
    publishedAs: () => ['inception_v3'],
    build: torchInceptionV3,
  },
  vgg('vgg16', [2, 2, 3, 3, 3]),
  vgg('vgg19', [2, 2, 4, 4, 4]),
  {
    ...USUAL,
    family: 'alexnet',
    // Below, the last pooling finds no whole window.
    smallestSize: 63,
    source: 'torchvision alexnet; Krizhevsky 2014, https://arxiv.org/abs/1404.5997',
    publishedAs: () => ['alexnet'],
    build: torchAlexnet,
  },
  {
    ...USUAL,
    family: 'squeezenet1_1',
    source: 'torchvision squeezenet1_1; Iandola et al. 2016, https://arxiv.org/abs/1602.07360',
    publishedAs: () => ['squeezenet1_1'],
    build: torchSqueezenet,
  },
  {
    ...USUAL,
    family: 'densenet121',
    source: 'torchvision densenet121; Huang et al. 2016, https://arxiv.org/abs/1608.06993',
    publishedAs: () => ['densenet121'],
    build: torchDensenet121,
  },
  efficientnet('efficientnet_b0', [224, 256], { width: 1, depth: 1, dropout: 0.2 }),
  efficientnet('efficientnet_b1', [240, 256], { width: 1, depth: 1.1, dropout: 0.2 }),
  efficientnet('efficientnet_b2', [288, 288], { width: 1.1, depth: 1.2, dropout: 0.3 }),
  efficientnet('efficientnet_b3', [300, 320], { width: 1.2, depth: 1.4, dropout: 0.3 }),
];
