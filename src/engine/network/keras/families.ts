import type { NetworkFamily } from '../family.ts';
import { scaleToUnitRange, standardise, subtractCaffeMean } from '../preprocessing.ts';
import { densenet } from './densenet.ts';
import { efficientnet, type Scaling } from './efficientnet.ts';
import { inceptionResnetV2 } from './inception-resnet-v2.ts';
import { inceptionV3 } from './inception-v3.ts';
import { mobilenetV1 } from './mobilenet-v1.ts';
import { mobilenetV2 } from './mobilenet-v2.ts';
import { mobilenetV3 } from './mobilenet-v3.ts';
import { resnetV2 } from './resnet-v2.ts';
import { resnet } from './resnet.ts';
import { vgg } from './vgg.ts';
import { xception } from './xception.ts';

/** Keras' name of a network, with the width that its weight files carry. */
function withWidth(name: string, width: string): readonly string[] {
  return width === '1.0' ? [name, `${name}@1.0`] : [`${name}@${width}`];
}

/** A family of one width, published in one size; five halvings of the smallest leave a pixel, where nothing else is said. */
function ofOneSize(
  family: string,
  publishedAs: string,
  options: Pick<NetworkFamily, 'source' | 'preprocessing' | 'build'> & {
    readonly size?: number;
    readonly smallestSize?: number;
  },
): NetworkFamily {
  const { size = 224, smallestSize = 32, source, preprocessing, build } = options;
  return {
    family,
    publisher: 'keras',
    widths: [],
    sizes: () => [size],
    defaultSize: size,
    smallestSize,
    source: `Keras Applications ${publishedAs}; ${source}`,
    preprocessing,
    publishedAs: () => [publishedAs],
    build,
  };
}

const MOBILENET_V1: NetworkFamily = {
  family: 'mobilenet_v1',
  publisher: 'keras',
  widths: ['0.25', '0.5', '0.75', '1.0'],
  // Those that Keras publishes weights for, and that of the network that ships.
  sizes: () => [96, 128, 160, 192, 224],
  defaultSize: 224,
  smallestSize: 32,
  source: 'Keras Applications MobileNet; Howard et al. 2017, https://arxiv.org/abs/1704.04861',
  preprocessing: scaleToUnitRange,
  publishedAs: (width) => withWidth('MobileNet', width),
  build: mobilenetV1,
};

const MOBILENET_V2: NetworkFamily = {
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
};

const MOBILENET_V3_SOURCE = 'Howard et al. 2019, https://arxiv.org/abs/1905.02244';

const MOBILENET_V3 = (['small', 'large'] as const).flatMap((variant): readonly NetworkFamily[] => {
  const published = `MobileNetV3${variant === 'small' ? 'Small' : 'Large'}`;
  return [
    {
      ...ofOneSize(`mobilenet_v3_${variant}`, published, {
        source: MOBILENET_V3_SOURCE,
        preprocessing: scaleToUnitRange,
        build: mobilenetV3(variant),
      }),
      widths: ['0.75', '1.0'],
      publishedAs: (width) => withWidth(published, width),
    },
    ofOneSize(`mobilenet_v3_${variant}_minimalistic`, `${published}@minimalistic`, {
      source: MOBILENET_V3_SOURCE,
      preprocessing: scaleToUnitRange,
      build: mobilenetV3(variant, true),
    }),
  ];
});

/** Blocks of the four stages. */
const RESNETS = [
  [50, [3, 4, 6, 3]],
  [101, [3, 4, 23, 3]],
  [152, [3, 8, 36, 3]],
] as const;

const RESNET = RESNETS.map(([layers, blocks]) =>
  ofOneSize(`resnet${layers}`, `ResNet${layers}`, {
    source: 'He et al. 2015, https://arxiv.org/abs/1512.03385',
    preprocessing: subtractCaffeMean,
    build: resnet(blocks),
  }),
);

const RESNET_V2 = RESNETS.map(([layers, blocks]) =>
  ofOneSize(`resnet${layers}_v2`, `ResNet${layers}V2`, {
    source: 'He et al. 2016, https://arxiv.org/abs/1603.05027',
    preprocessing: scaleToUnitRange,
    build: resnetV2(blocks),
  }),
);

const INCEPTION_V3 = ofOneSize('inception_v3', 'InceptionV3', {
  size: 299,
  // Below, a window without padding meets nothing to slide over.
  smallestSize: 75,
  source: 'Szegedy et al. 2015, https://arxiv.org/abs/1512.00567',
  preprocessing: scaleToUnitRange,
  build: inceptionV3,
});

const INCEPTION_RESNET_V2 = ofOneSize('inception_resnet_v2', 'InceptionResNetV2', {
  size: 299,
  smallestSize: 75,
  source: 'Szegedy et al. 2016, https://arxiv.org/abs/1602.07261',
  preprocessing: scaleToUnitRange,
  build: inceptionResnetV2,
});

const XCEPTION = ofOneSize('xception', 'Xception', {
  size: 299,
  // Keras takes no smaller one.
  smallestSize: 71,
  source: 'Chollet 2016, https://arxiv.org/abs/1610.02357',
  preprocessing: scaleToUnitRange,
  build: xception,
});

/** Convolutions of the five blocks: the paper's configurations D and E. */
const VGG = (
  [
    [16, [2, 2, 3, 3, 3]],
    [19, [2, 2, 4, 4, 4]],
  ] as const
).map(([layers, convolutions]) =>
  ofOneSize(`vgg${layers}`, `VGG${layers}`, {
    source: 'Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556',
    preprocessing: subtractCaffeMean,
    build: vgg(convolutions),
  }),
);

/** Blocks of the four stages. */
const DENSENET = (
  [
    [121, [6, 12, 24, 16]],
    [169, [6, 12, 32, 32]],
    [201, [6, 12, 48, 32]],
  ] as const
).map(([layers, blocks]) =>
  ofOneSize(`densenet${layers}`, `DenseNet${layers}`, {
    source: 'Huang et al. 2016, https://arxiv.org/abs/1608.06993',
    preprocessing: standardise,
    build: densenet(blocks),
  }),
);

/** [name, size, scaling]: the paper's compound scaling. */
const EFFICIENTNETS: readonly (readonly [string, number, Scaling])[] = [
  ['B0', 224, { width: 1, depth: 1, dropout: 0.2 }],
  ['B1', 240, { width: 1, depth: 1.1, dropout: 0.2 }],
  ['B2', 260, { width: 1.1, depth: 1.2, dropout: 0.3 }],
  ['B3', 300, { width: 1.2, depth: 1.4, dropout: 0.3 }],
];

const EFFICIENTNET = EFFICIENTNETS.map(([name, size, scaling]) =>
  ofOneSize(`efficientnet_${name.toLowerCase()}`, `EfficientNet${name}`, {
    size,
    source: 'Tan and Le 2019, https://arxiv.org/abs/1905.11946',
    // Keras does it within the network: by 1/255, then by the mean and deviation that its published weights hold.
    preprocessing: standardise,
    build: efficientnet(scaling),
  }),
);

/** The networks of Keras Applications. */
export const KERAS_FAMILIES: readonly NetworkFamily[] = [
  MOBILENET_V1,
  MOBILENET_V2,
  ...MOBILENET_V3,
  ...RESNET,
  ...RESNET_V2,
  INCEPTION_V3,
  INCEPTION_RESNET_V2,
  XCEPTION,
  ...VGG,
  ...DENSENET,
  ...EFFICIENTNET,
];
