import type { NetworkFamily } from '../family.ts';
import { resizeThenCrop, scaleToUnitRange, subtractMean, type Preprocessing } from '../preprocessing.ts';
import { slimAlexnet } from './alexnet.ts';
import { slimInceptionV3 } from './inception-v3.ts';
import { slimResnet, type ResnetOptions } from './resnet.ts';
import { slimVgg } from './vgg.ts';

/** The centre that TF-slim's evaluation shows a network, of each side: 224 pixels of 256. */
const CENTRAL_SHARE = 0.875;

function central(preprocessing: Preprocessing): Preprocessing {
  const { height, width } = preprocessing;
  return resizeThenCrop(preprocessing, Math.round(Math.max(height, width) / CENTRAL_SHARE));
}

/** Its `vgg` preprocessing. */
function withoutMean(height: number, width: number): Preprocessing {
  return central(subtractMean(height, width));
}

/** Its `inception` preprocessing, which however stretches the centre of a wide image to a square. */
function unitRange(height: number, width: number): Preprocessing {
  return central(scaleToUnitRange(height, width));
}

/** What TF-slim's networks have in common: one width, images of 224, five halvings. */
const USUAL = {
  publisher: 'slim',
  widths: [],
  sizes: () => [224],
  defaultSize: 224,
  smallestSize: 32,
} as const satisfies Partial<NetworkFamily>;

const UNITS: Readonly<Record<number, ResnetOptions['units']>> = {
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
};
const RESNET_SOURCES = {
  1: 'He et al. 2015, https://arxiv.org/abs/1512.03385',
  2: 'He et al. 2016, https://arxiv.org/abs/1603.05027',
} as const;

function resnets(version: 1 | 2): readonly NetworkFamily[] {
  return Object.entries(UNITS).map(([depth, units]) => {
    const family = `resnet_v${version}_${depth}`;
    return {
      ...USUAL,
      family,
      // The weights of version 2 were trained on the larger images, as Inception's.
      sizes: () => (version === 1 ? [224] : [224, 299]),
      source: `TF-slim ${family}; ${RESNET_SOURCES[version]}`,
      preprocessing: version === 1 ? withoutMean : unitRange,
      publishedAs: () => [family],
      build: (wanted) => slimResnet(wanted, { version, depth: Number(depth), units }),
    };
  });
}

function vgg(family: string, convolutions: readonly number[]): NetworkFamily {
  return {
    ...USUAL,
    family,
    source: `TF-slim ${family}; Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556`,
    preprocessing: withoutMean,
    publishedAs: () => [family],
    build: (wanted) => slimVgg(wanted, { root: family, convolutions }),
  };
}

/** The networks of TF-slim. */
export const SLIM_FAMILIES: readonly NetworkFamily[] = [
  ...resnets(1),
  ...resnets(2),
  {
    ...USUAL,
    family: 'inception_v3',
    sizes: () => [299],
    defaultSize: 299,
    // Below, a window without padding meets nothing to slide over.
    smallestSize: 75,
    source: 'TF-slim inception_v3; Szegedy et al. 2015, https://arxiv.org/abs/1512.00567',
    preprocessing: unitRange,
    publishedAs: () => ['inception_v3'],
    build: slimInceptionV3,
  },
  vgg('vgg_16', [2, 2, 3, 3, 3]),
  vgg('vgg_19', [2, 2, 4, 4, 4]),
  {
    ...USUAL,
    family: 'alexnet_v2',
    // Below, the last pooling finds no whole window.
    smallestSize: 67,
    source: 'TF-slim alexnet_v2; Krizhevsky 2014, https://arxiv.org/abs/1404.5997',
    preprocessing: withoutMean,
    publishedAs: () => ['alexnet_v2'],
    build: slimAlexnet,
  },
];
