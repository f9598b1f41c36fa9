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

function shippedFirst<Item>(items: readonly Item[], isShipped: (item: Item) => boolean): readonly Item[] {
  return [...items.filter(isShipped), ...items.filter((item) => !isShipped(item))];
}
