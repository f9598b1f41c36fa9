import { fusedNames, fusionName } from '../../shared/contract/fused-network.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { closest } from './closest.ts';
import { findModel } from './config/model-record.ts';
import { featureNetwork, featureNetworkShape } from './feature-network.ts';
import {
  LARGEST_SIZE,
  networkAliases,
  networkName,
  publisherSuffix,
  widthsOf,
  type NetworkFamily,
  type Publisher,
} from './family.ts';
import { findGraph } from './foreign/graph-record.ts';
import { fuse, fusedParts, sharedPreprocessing, type FusedPart } from './fusion.ts';
import { KERAS_FAMILIES } from './keras/families.ts';
import type { Network } from './layer.ts';
import { describePlainNetwork, plainNetwork } from './plain-network.ts';
import { scaleToUnitRange, type Preprocessing } from './preprocessing.ts';
import { SLIM_FAMILIES } from './slim/families.ts';
import { TORCH_FAMILIES } from './torch/families.ts';

/** A network that Thaw knows by name. */
export interface NetworkEntry {
  /** The canonical name, `mobilenet_v1_0.25_224` or `resnet50_224@torch`. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Networks of one design and publisher, `resnet50@torch`. */
  readonly family: string;
  readonly publisher: Publisher | null;
  /** Every height and width from the least to the most is taken; null where the input has one size. */
  readonly sizes: { readonly least: number; readonly most: number } | null;
  /** What its weights were trained with. */
  readonly preprocessing: Preprocessing;
  /** Who published it, and the paper. */
  readonly source: string;
  /**
   * The file of its pretrained weights below `resources/`, where Thaw ships them.
   */
  readonly shipped: string | null;
  /** Of a model that brings its own classifier and no other; null for networks that are built with any. */
  readonly classes: number | null;
  /** Of a fused network the networks that it consists of; absent in any other. */
  readonly parts?: readonly FusedPart<NetworkEntry>[];
  /** Without the published classifier. */
  readonly build: () => Network;
  /** With the published classifier of that many classes, ending in its logits. */
  readonly buildWithTop: (classes: number) => Network;
}

/** In the order in which they are listed. */
const FAMILIES: readonly NetworkFamily[] = [...KERAS_FAMILIES, ...TORCH_FAMILIES, ...SLIM_FAMILIES];

const SHIPPED: Readonly<Record<string, string>> = {
  'mobilenet_v1_0.25_96': 'networks/mobilenet_v1_0.25_96/weights.safetensors',
};

/** Networks by name: they are data that nobody changes, and what is known of one is kept with it (see `layerShapes`). */
const built = new Map<string, Network>();

function entryOf(family: NetworkFamily, width: string, size: number): NetworkEntry {
  const name = networkName(family, width, size);
  const familyName = `${family.family}${publisherSuffix(family.publisher)}`;
  const build = (top: number | null): Network => {
    const layers = family.build({ width: Number(width), size, top });
    const names = layers.map((layer) => layer.name);
    return { name, family: familyName, layers, output: names.at(-1) ?? '', pretrained: new Set(names) };
  };
  return {
    name,
    aliases: networkAliases(family, width, size),
    family: familyName,
    publisher: family.publisher,
    sizes: { least: family.smallestSize, most: LARGEST_SIZE },
    preprocessing: family.preprocessing(size, size),
    source: family.source,
    shipped: SHIPPED[name] ?? null,
    classes: null,
    build: () => {
      const network = built.get(name) ?? build(null);
      built.set(name, network);
      return network;
    },
    buildWithTop: build,
  };
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
  const size = Number(/_(\d{2,4})(?:@[a-z]+)?$/.exec(name)?.[1]);
  for (const family of FAMILIES) {
    const width = widthsOf(family).find((candidate) => networkName(family, candidate, size) === name);
    if (width !== undefined && size >= family.smallestSize && size <= LARGEST_SIZE) return entryOf(family, width, size);
  }
  return null;
}

/**
 * @param name what the publisher calls the network, `ResNet50` or `MobileNet@0.25`
 * @param size height and width of the input
 * @throws ThawError `network.unknown`, naming what is known of the publisher
 */
export function findPublished(publisher: Publisher, name: string, size: number): NetworkEntry {
  const own = FAMILIES.filter((family) => family.publisher === publisher);
  for (const family of own) {
    const width = widthsOf(family).find((candidate) => family.publishedAs(candidate).includes(name));
    if (width !== undefined && size >= family.smallestSize && size <= LARGEST_SIZE) return entryOf(family, width, size);
  }
  const known = own.flatMap((family) => widthsOf(family).flatMap((width) => family.publishedAs(width)));
  throw new ThawError(
    'network.unknown',
    `A network of ${publisher} is one that Thaw knows, in a size that it takes; received '${name}' for ${size} pixels.`,
    known.length > 0 ? `Known of ${publisher}: ${known.join(', ')}.` : `Nothing of ${publisher} is known.`,
  );
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
    publisher: null,
    sizes: null,
    preprocessing: scaleToUnitRange(shape[0], shape[1]),
    source: 'features that were computed elsewhere',
    shipped: null,
    classes: null,
    build,
    buildWithTop: build,
  };
}

/** One that its own name describes. */
function ofPlainName(name: string): NetworkEntry | null {
  const description = describePlainNetwork(name);
  if (!description) return null;
  const build = (): Network => {
    const network = built.get(name) ?? plainNetwork(name, description);
    built.set(name, network);
    return network;
  };
  return {
    name,
    aliases: [],
    family: description.kind,
    publisher: null,
    sizes: null,
    preprocessing: scaleToUnitRange(description.size, description.size),
    source: 'layers that its name describes; it begins with what is drawn',
    shipped: null,
    classes: null,
    build,
    buildWithTop: build,
  };
}

/** A whole model from a file; see `openModel`. */
function ofModel(name: string): NetworkEntry | null {
  const model = findModel(name);
  if (!model) return null;
  return {
    name,
    aliases: [],
    family: 'model',
    publisher: null,
    sizes: model.takesAnySize ? { least: 1, most: LARGEST_SIZE } : null,
    preprocessing: model.preprocessing,
    source: `the configuration of the model '${model.title}'`,
    shipped: null,
    classes: model.classes,
    build: () => model.withoutTop,
    buildWithTop: (classes) => {
      if (classes === model.classes) return model.withTop;
      throw new ThawError(
        'network.invalid',
        `A model from a file has the classifier that it came with, of ${model.classes} classes; received ${classes}.`,
        `Ask for ${model.classes}, or for the network without it.`,
      );
    },
  };
}

/** A graph of TensorFlow's from a file; see `openGraphRecord`. */
function ofGraph(name: string): NetworkEntry | null {
  const found = findGraph(name);
  if (!found) return null;
  return {
    name,
    aliases: [],
    family: 'graph',
    publisher: null,
    sizes: null,
    preprocessing: found.preprocessing,
    source: `the TensorFlow graph '${found.title}', computed as it came: its layers are its own, and never trained`,
    shipped: null,
    classes: null,
    build: () => found.network,
    buildWithTop: () => found.network,
  };
}

/** Networks side by side. @throws ThawError `network.unknown` for a part that is none */
function ofFusion(name: string): NetworkEntry | null {
  const names = fusedNames(name);
  if (names === null) return null;
  const parts = fusedParts(names.map((part) => expectFusible(findNetwork(part))));
  const canonical = fusionName(parts.map(({ entry }) => entry.name));
  const build = (): Network => {
    const network = built.get(canonical) ?? fuse(canonical, parts);
    built.set(canonical, network);
    return network;
  };
  return {
    name: canonical,
    aliases: [],
    family: 'fusion',
    publisher: null,
    sizes: null,
    preprocessing: sharedPreprocessing(parts),
    source: `${parts.map(({ entry }) => entry.name).join(' and ')} side by side, their features concatenated`,
    shipped: null,
    classes: null,
    parts,
    build,
    buildWithTop: build,
  };
}

function expectFusible(entry: NetworkEntry): NetworkEntry {
  if (!entry.parts && entry.family !== 'features') return entry;
  throw new ThawError(
    'network.unknown',
    `A fused network consists of networks that look at images; '${entry.name}' is ${entry.parts ? 'fused itself' : 'nothing but features'}.`,
    'Name networks as `thaw networks` lists them, with a plus between.',
  );
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
  const unlistedEntry =
    ofFusion(name) ?? unlisted(name) ?? ofPlainName(name) ?? ofFeatures(name) ?? ofModel(name) ?? ofGraph(name);
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
      : "'thaw networks' lists them all.",
  );
}
