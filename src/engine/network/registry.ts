import { ThawError } from '../../shared/errors/thaw-error.ts';
import { closest } from './closest.ts';
import { featureNetwork, featureNetworkShape } from './feature-network.ts';
import { inceptionV3 } from './inception-v3.ts';
import type { Network } from './layer.ts';
import { mobilenetV1 } from './mobilenet-v1.ts';
import { mobilenetV2 } from './mobilenet-v2.ts';
import { scaleToUnitRange, subtractCaffeMean, type Preprocessing } from './preprocessing.ts';
import { resnet50 } from './resnet50.ts';
import { vgg16 } from './vgg16.ts';

/** A network that Thaw knows by name. */
export interface NetworkEntry {
  /** The canonical name, `mobilenet_v1_0.25_224`. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly family: string;
  /** What its weights were trained with. */
  readonly preprocessing: Preprocessing;
  /** Who published it, and the paper. */
  readonly source: string;
  /**
   * The file of its pretrained weights below `resources/`, where Thaw ships them.
   */
  readonly shipped: string | null;
  /** Without the published classifier. */
  readonly build: () => Network;
  /** With the published classifier of that many classes, ending in its logits. */
  readonly buildWithTop: (classes: number) => Network;
}

/** Networks that differ in input size, and in width where the family has any. */
interface NetworkFamily {
  readonly family: string;
  /** As they stand in names; empty where there is one width only. */
  readonly widths: readonly string[];
  /** The sizes that are listed. */
  readonly sizes: (width: string) => readonly number[];
  /** Every size from this to `LARGEST_SIZE` is taken by name. */
  readonly smallestSize: number;
  readonly source: string;
  readonly preprocessing: (height: number, width: number) => Preprocessing;
  readonly aliases: (size: number, width: string) => readonly string[];
  readonly build: (options: {
    readonly name: string;
    readonly width: number;
    readonly size: number;
    readonly top: number | null;
  }) => Network;
}

const LARGEST_SIZE = 1024;

/** Keras' own spelling for its default size, with the width that its weight files carry. */
function kerasNames(name: string, width: string): readonly string[] {
  return width === '1.0' ? [name, `${name}@1.0`] : [`${name}@${width}`];
}

const FAMILIES: readonly NetworkFamily[] = [
  {
    family: 'mobilenet_v1',
    widths: ['0.25', '0.5', '0.75', '1.0'],
    // Those that Keras publishes weights for, and that of the network that ships.
    sizes: () => [96, 128, 160, 192, 224],
    // Five halvings leave at least one pixel.
    smallestSize: 32,
    source: 'Keras Applications MobileNet; Howard et al. 2017, https://arxiv.org/abs/1704.04861',
    preprocessing: scaleToUnitRange,
    aliases: (size, width) => (size === 224 ? kerasNames('MobileNet', width) : []),
    build: mobilenetV1,
  },
  {
    family: 'mobilenet_v2',
    widths: ['0.35', '0.5', '0.75', '1.0', '1.3', '1.4'],
    // Those that Keras publishes weights for: of the networks wider than the paper's, one size each.
    sizes: (width) => (Number(width) > 1 ? [224] : [96, 128, 160, 192, 224]),
    smallestSize: 32,
    source: 'Keras Applications MobileNetV2; Sandler et al. 2018, https://arxiv.org/abs/1801.04381',
    preprocessing: scaleToUnitRange,
    aliases: (size, width) => (size === 224 ? kerasNames('MobileNetV2', width) : []),
    build: mobilenetV2,
  },
  {
    family: 'resnet50',
    widths: [],
    sizes: () => [224],
    smallestSize: 32,
    source: 'Keras Applications ResNet50; He et al. 2015, https://arxiv.org/abs/1512.03385',
    preprocessing: subtractCaffeMean,
    aliases: (size) => (size === 224 ? ['resnet50', 'ResNet50'] : []),
    build: resnet50,
  },
  {
    family: 'inception_v3',
    widths: [],
    sizes: () => [299],
    // Below, a window without padding meets nothing to slide over.
    smallestSize: 75,
    source: 'Keras Applications InceptionV3; Szegedy et al. 2015, https://arxiv.org/abs/1512.00567',
    preprocessing: scaleToUnitRange,
    aliases: (size) => (size === 299 ? ['inception_v3', 'InceptionV3'] : []),
    build: inceptionV3,
  },
  {
    family: 'vgg16',
    widths: [],
    sizes: () => [224],
    // Five halvings leave at least one pixel.
    smallestSize: 32,
    source: 'Keras Applications VGG16; Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556',
    preprocessing: subtractCaffeMean,
    aliases: (size) => (size === 224 ? ['vgg16', 'VGG16'] : []),
    build: vgg16,
  },
];

const SHIPPED: Readonly<Record<string, string>> = {
  'mobilenet_v1_0.25_96': 'networks/mobilenet_v1_0.25_96/weights.safetensors',
};

function networkName({ family, widths }: NetworkFamily, width: string, size: number): string {
  return [family, ...(widths.length > 0 ? [width] : []), size].join('_');
}

/** Networks by name: they are data that nobody changes, and what is known of one is kept with it (see `layerShapes`). */
const built = new Map<string, Network>();

function entryOf(family: NetworkFamily, width: string, size: number): NetworkEntry {
  const name = networkName(family, width, size);
  const build = (top: number | null): Network => family.build({ name, width: Number(width), size, top });
  return {
    name,
    aliases: family.aliases(size, width),
    family: family.family,
    preprocessing: family.preprocessing(size, size),
    source: family.source,
    shipped: SHIPPED[name] ?? null,
    build: () => {
      const network = built.get(name) ?? build(null);
      built.set(name, network);
      return network;
    },
    buildWithTop: build,
  };
}

function widthsOf({ widths }: NetworkFamily): readonly string[] {
  return widths.length > 0 ? widths : ['1.0'];
}

/** The network that ships with pretrained weights. */
export const DEFAULT_NETWORK = 'mobilenet_v1_0.25_96';

/** Every network that is listed; a family may accept other input sizes by name, see `findNetwork`. */
export function listNetworks(): readonly NetworkEntry[] {
  return FAMILIES.flatMap((family) =>
    widthsOf(family).flatMap((width) => family.sizes(width).map((size) => entryOf(family, width, size))),
  );
}

/** A network of a size that its family takes and does not list. */
function unlisted(name: string): NetworkEntry | null {
  const size = Number(/_(\d{2,4})$/.exec(name)?.[1]);
  for (const family of FAMILIES) {
    const width = widthsOf(family).find((candidate) => networkName(family, candidate, size) === name);
    if (width !== undefined && size >= family.smallestSize && size <= LARGEST_SIZE) return entryOf(family, width, size);
  }
  return null;
}

/** What stands in for a network of which only features are known; its images are not. */
function ofFeatures(name: string): NetworkEntry | null {
  const shape = featureNetworkShape(name);
  if (!shape) return null;
  const build = (): Network => {
    const network = built.get(name) ?? featureNetwork(name, shape);
    built.set(name, network);
    return network;
  };
  return {
    name,
    aliases: [],
    family: 'features',
    preprocessing: scaleToUnitRange(shape[0], shape[1]),
    source: 'features that were computed elsewhere',
    shipped: null,
    build,
    buildWithTop: build,
  };
}

/**
 * @param name a canonical name or an alias; families take any size of a range, such as `mobilenet_v1_<width>_<size>` from
 *   32 to 1024
 * @throws ThawError `network.unknown`, naming the networks there are
 */
export function findNetwork(name: string): NetworkEntry {
  const listed = listNetworks();
  const found = listed.find((entry) => entry.name === name || entry.aliases.includes(name));
  if (found) return found;
  const unlistedEntry = unlisted(name) ?? ofFeatures(name);
  if (unlistedEntry) return unlistedEntry;
  const near = closest(
    name,
    listed.flatMap((entry) => [entry.name, ...entry.aliases]),
  );
  throw new ThawError(
    'network.unknown',
    `A network is named as 'thaw networks' lists it; received '${name}'.`,
    near.length > 0
      ? `Did you mean ${near.map((candidate) => `'${candidate}'`).join(', ')}?`
      : `Known here: ${listed.map((entry) => entry.name).join(', ')}.`,
  );
}
