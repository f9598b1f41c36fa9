import type { Layer } from './layer.ts';
import type { Preprocessing } from './preprocessing.ts';

/** Who published the weights that a network is built for; they differ in paddings, epsilons and names. */
export type Publisher = 'keras' | 'torch' | 'slim';

export interface BuildOptions {
  /** The family's width multiplier; 1 where it has one width only. */
  readonly width: number;
  /** Height and width of the input. */
  readonly size: number;
  /** Classes of the published classifier, which ends in its logits; null ends at the last layer below it. */
  readonly top: number | null;
}

/** Networks of one publisher that differ in input size, and in width where the family has any. */
export interface NetworkFamily {
  /** As it stands in names, `resnet50`; two publishers may share it. */
  readonly family: string;
  readonly publisher: Publisher;
  /** As they stand in names, `0.25`; empty where there is one width only. */
  readonly widths: readonly string[];
  /** The sizes that are listed. */
  readonly sizes: (width: string) => readonly number[];
  /** What the name without a size means; one of `sizes`. */
  readonly defaultSize: number;
  /** Every size from this to `LARGEST_SIZE` is taken by name. */
  readonly smallestSize: number;
  /** Whose code it follows, and the paper. */
  readonly source: string;
  readonly preprocessing: (height: number, width: number) => Preprocessing;
  /** What the publisher calls the network of that width at the default size: `MobileNet@0.25`. */
  readonly publishedAs: (width: string) => readonly string[];
  /** Layers in an order in which each comes after its inputs; the last one's output is the network's. */
  readonly build: (options: BuildOptions) => readonly Layer[];
}

/** The largest height and width of an input. */
export const LARGEST_SIZE = 1024;

/** What stands after every name of the publisher's networks; Keras' are called by their bare names. */
export function publisherSuffix(publisher: Publisher): string {
  return publisher === 'keras' ? '' : `@${publisher}`;
}

/** As they stand in names; '1.0' where the family has one width only. */
export function widthsOf({ widths }: NetworkFamily): readonly string[] {
  return widths.length > 0 ? widths : ['1.0'];
}

function withoutSize({ family, widths }: NetworkFamily, width: string): string {
  return [family, ...(widths.length > 0 ? [width] : [])].join('_');
}

/** The canonical name: `<family>[_<width>]_<size>[@<publisher>]`. */
export function networkName(family: NetworkFamily, width: string, size: number): string {
  return `${withoutSize(family, width)}_${size}${publisherSuffix(family.publisher)}`;
}

/** What else a network is called: at its default size, the name without it and the publisher's names. */
export function networkAliases(family: NetworkFamily, width: string, size: number): readonly string[] {
  if (size !== family.defaultSize) return [];
  const suffix = publisherSuffix(family.publisher);
  // The family's own name means the paper's width.
  const names = [withoutSize(family, width), ...(width === '1.0' ? [family.family] : []), ...family.publishedAs(width)];
  return [...new Set(names.map((name) => `${name}${suffix}`))];
}
