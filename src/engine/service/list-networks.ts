import type { NetworkSummary } from '../../shared/contract/endpoint.ts';
import type { NetworkEntry } from '../network/registry.ts';
import { listNetworks as listEntries } from '../network/registry.ts';
import { elementCount, networkTensors } from '../network/shape.ts';

/** A network without its published classifier. */
export function summarize(entry: NetworkEntry): NetworkSummary {
  const network = entry.build();
  const input = network.layers.find((layer) => layer.kind === 'input');
  if (!input) throw new TypeError(`Network '${entry.name}' has no input.`);
  return {
    name: entry.name,
    aliases: [...entry.aliases],
    family: entry.family,
    inputShape: [...input.shape],
    sizes: entry.sizes && { ...entry.sizes },
    layers: network.layers.length,
    blocks: [...new Set(network.layers.map((layer) => layer.block))],
    parameters: networkTensors(network).reduce((sum, tensor) => sum + elementCount(tensor.shape), 0),
    source: entry.source,
    shipped: entry.shipped !== null,
  };
}

/** The networks that Thaw knows by name, without their published classifiers. */
export function listNetworks(): NetworkSummary[] {
  return listEntries().map(summarize);
}
