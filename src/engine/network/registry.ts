import { ThawError } from '../../shared/errors/thaw-error.ts';
import { closest } from './closest.ts';
import type { Network } from './layer.ts';
import { mobilenetV1 } from './mobilenet-v1.ts';
import { scaleToUnitRange, type Preprocessing } from './preprocessing.ts';

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

const MOBILENET_V1_WIDTHS = ['0.25', '0.5', '0.75', '1.0'] as const;
/** The sizes that Keras publishes weights for, and the one of the network that ships. */
const MOBILENET_V1_SIZES = [96, 128, 160, 192, 224] as const;
/** Five halvings leave at least one pixel. */
const MOBILENET_V1_SMALLEST = 32;
const MOBILENET_V1_LARGEST = 1024;

const SHIPPED: Readonly<Record<string, string>> = {
  'mobilenet_v1_0.25_96': 'networks/mobilenet_v1_0.25_96/weights.safetensors',
};

function mobilenetV1Entry(width: string, size: number): NetworkEntry {
  const name = `mobilenet_v1_${width}_${size}`;
  const options = { name, width: Number(width), size };
  return {
    name,
    // Keras' own spelling for its default size, with the width that its weight files carry.
    aliases: size === 224 ? (width === '1.0' ? ['MobileNet', 'MobileNet@1.0'] : [`MobileNet@${width}`]) : [],
    family: 'mobilenet_v1',
    preprocessing: scaleToUnitRange(size, size),
    source: 'Keras Applications MobileNet; Howard et al. 2017, https://arxiv.org/abs/1704.04861',
    shipped: SHIPPED[name] ?? null,
    build: () => mobilenetV1({ ...options, top: null }),
    buildWithTop: (classes) => mobilenetV1({ ...options, top: classes }),
  };
}

/** The network that ships with pretrained weights. */
export const DEFAULT_NETWORK = 'mobilenet_v1_0.25_96';

/** Every network that is listed; a family may accept other input sizes by name, see `findNetwork`. */
export function listNetworks(): readonly NetworkEntry[] {
  return MOBILENET_V1_WIDTHS.flatMap((width) => MOBILENET_V1_SIZES.map((size) => mobilenetV1Entry(width, size)));
}

/**
 * @param name a canonical name or an alias; MobileNet v1 takes any size from 32 to 1024 as `mobilenet_v1_<width>_<size>`
 * @throws ThawError `network.unknown`, naming the networks there are
 */
export function findNetwork(name: string): NetworkEntry {
  const listed = listNetworks();
  const found = listed.find((entry) => entry.name === name || entry.aliases.includes(name));
  if (found) return found;
  const match = /^mobilenet_v1_(0\.25|0\.5|0\.75|1\.0)_(\d{2,4})$/.exec(name);
  const size = Number(match?.[2]);
  if (match?.[1] !== undefined && size >= MOBILENET_V1_SMALLEST && size <= MOBILENET_V1_LARGEST) {
    return mobilenetV1Entry(match[1], size);
  }
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
