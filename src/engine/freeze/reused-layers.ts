import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import { matchLayers } from './rule.ts';

/**
 * A network as its weights are to be loaded: of its pretrained layers those alone that a rule's pattern means.
 *
 * @param pattern as of a freeze rule; null for all
 * @throws ThawError `usage.noMatch` for a pattern that means no layer with weights
 */
export function withReused(network: Network, pattern: string | null): Network {
  if (pattern === null) return network;
  const meant = matchLayers(pattern, network);
  if (!networkTensors(network).some(({ layer }) => meant.has(layer))) {
    throw new ThawError(
      'usage.noMatch',
      `A network reuses layers that have weights; '${pattern}' means none of ${network.name}.`,
      'Name layers or blocks that have weights: `thaw networks show` lists them.',
    );
  }
  return { ...network, pretrained: new Set([...network.pretrained].filter((name) => meant.has(name))) };
}
