import type { NetworkSummary } from '../../../shared/contract/endpoint.ts';

/** Networks of one design, which differ in width or input size. */
export interface Family {
  readonly name: string;
  readonly source: string;
  readonly networks: readonly NetworkSummary[];
}

/** Families that bring weights of Thaw's own first, then in the engine's order; so do the networks of each. */
export function byFamily(networks: readonly NetworkSummary[]): readonly Family[] {
  const groups = new Map<string, NetworkSummary[]>();
  for (const network of networks) {
    const group = groups.get(network.family);
    if (group === undefined) groups.set(network.family, [network]);
    else group.push(network);
  }
  const families = [...groups].map(([name, own]) => ({
    name,
    source: own[0]?.source ?? '',
    networks: shippedFirst(own, (network) => network.shipped),
  }));
  return shippedFirst(families, (family) => family.networks.some((network) => network.shipped));
}

/** A family of more than so many is shown by its best known first. */
const LONG = 8;

/** What a long family is shown by at first: networks that ship, that are known by another name, or that were chosen. */
export function bestKnown(family: Family, chosen: string | null): readonly NetworkSummary[] {
  if (family.networks.length <= LONG) return family.networks;
  return family.networks.filter(({ name, aliases, shipped }) => shipped || aliases.length > 0 || name === chosen);
}

function shippedFirst<Item>(items: readonly Item[], isShipped: (item: Item) => boolean): readonly Item[] {
  return [...items.filter(isShipped), ...items.filter((item) => !isShipped(item))];
}
