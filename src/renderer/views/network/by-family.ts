import type { NetworkSummary } from '../../../shared/contract/endpoint.ts';

/** Whose names, weights and preprocessing a network has; a canonical name says it after `@`, and Keras' says nothing. */
export const PUBLISHERS = ['keras', 'torch', 'slim'] as const;
export type Publisher = (typeof PUBLISHERS)[number];

/** One network of a family. */
export interface Variant {
  readonly network: NetworkSummary;
  /** As its name has it: the share of channels it keeps; null where the family has one width. */
  readonly width: string | null;
  /** Of its input, in pixels a side. */
  readonly size: number;
}

/** Networks of one design and publisher, which differ in width or input size. */
export interface Family {
  /** With the publisher: `mobilenet_v1@torch`. */
  readonly name: string;
  /** Without: `mobilenet_v1`. */
  readonly design: string;
  readonly publisher: Publisher;
  readonly source: string;
  readonly variants: readonly Variant[];
}

/** Families in the engine's order, those that bring weights of Thaw's own first. */
export function byFamily(networks: readonly NetworkSummary[]): readonly Family[] {
  const groups = new Map<string, NetworkSummary[]>();
  for (const network of networks) groups.set(network.family, [...(groups.get(network.family) ?? []), network]);
  const families = [...groups].map(([name, own]) => familyOf(name, own));
  const ships = ({ variants }: Family): boolean => variants.some(({ network }) => network.shipped);
  return [...families.filter(ships), ...families.filter((family) => !ships(family))];
}

function familyOf(name: string, networks: readonly NetworkSummary[]): Family {
  const [design = name, suffix] = name.split('@');
  return {
    name,
    design,
    publisher: PUBLISHERS.find((publisher) => publisher === suffix) ?? 'keras',
    source: networks[0]?.source ?? '',
    variants: networks.map((network) => ({
      network,
      width: widthOf(network.name, design),
      size: network.inputShape[0],
    })),
  };
}

/** What stands between the design and the input size: `0.25` of `mobilenet_v1_0.25_224`. */
export function widthOf(name: string, design: string): string | null {
  const [own = name] = name.split('@');
  const width = own.slice(design.length + 1).replace(/_?\d+$/, '');
  return own.startsWith(`${design}_`) && width !== '' ? width : null;
}

/** The one that a family is entered by: its weights ship, or it is what the family's own name stands for. */
export function preferred({ variants }: Family): Variant | undefined {
  const mostNames = [...variants].sort((one, other) => other.network.aliases.length - one.network.aliases.length);
  return variants.find(({ network }) => network.shipped) ?? mostNames[0];
}

export function widthsOf({ variants }: Family): readonly string[] {
  return [...new Set(variants.flatMap(({ width }) => width ?? []))];
}

/** Of one width, or of all; rising. */
export function sizesOf({ variants }: Family, width?: string | null): readonly number[] {
  const fitting = variants.filter((variant) => width === undefined || variant.width === width);
  return [...new Set(fitting.map(({ size }) => size))].sort((one, other) => one - other);
}

/** The family's network of this width that takes images of the size, or nearest to it. */
export function nearest({ variants }: Family, width: string | null, size: number): Variant | undefined {
  return variants
    .filter((variant) => variant.width === width)
    .sort((one, other) => Math.abs(one.size - size) - Math.abs(other.size - size))[0];
}

export function familyOfNetwork(
  families: readonly Family[],
  network: Pick<NetworkSummary, 'family'> | null,
): Family | null {
  return families.find(({ name }) => name === network?.family) ?? null;
}

/** The name of a network for another input size: `resnet50_160@torch` of `resnet50_224@torch`. */
export function sizedName(name: string, size: number): string {
  return name.replace(/_\d+(?=@|$)/, `_${size}`);
}

/**
 * The listed network whose published weights fit: tensors do not depend on the input's size, so that a size of nobody's takes
 * those of the nearest one.
 */
export function weightsNetwork(family: Family, network: NetworkSummary): string {
  const size = network.inputShape[0];
  return nearest(family, widthOf(network.name, family.design), size)?.network.name ?? network.name;
}

/**
 * Families that have every typed word in a name, or in what is known of their origin.
 *
 * @param titleOf what a family is called for people
 */
export function searchFamilies(
  families: readonly Family[],
  text: string,
  titleOf: (family: Family) => string,
): readonly Family[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return families;
  return families.filter((family) => {
    const names = family.variants.flatMap(({ network }) => [network.name, ...network.aliases]);
    const told = [titleOf(family), family.source, ...names].join(' ').toLowerCase();
    return words.every((word) => told.includes(word));
  });
}
