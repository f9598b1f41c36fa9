import { isFeatureNetwork } from '../../shared/contract/features.ts';
import type { Network } from './layer.ts';

const INPUT = 'features';
const PREFIX = 'features_';

/**
 * The name of the network that begins with features of a shape: `features_1280`, `features_7x7x512`.
 *
 * @param shape of one image's features, batch left out: channels last, one to three sizes
 * @returns null for a shape that no head goes upon
 */
export function featureNetworkName(shape: readonly number[]): string | null {
  const name = PREFIX + shape.join('x');
  return isFeatureNetwork(name) && shape.every((size) => size > 0) ? name : null;
}

/** Sizes of the input, [height, width, channels]: what a name leaves out is 1. null for the name of another network. */
export function featureNetworkShape(name: string): readonly [number, number, number] | null {
  if (!isFeatureNetwork(name)) return null;
  const sizes = name.slice(PREFIX.length).split('x').map(Number);
  if (sizes.includes(0)) return null;
  const [height = 1, width = 1, channels = 1] = [...Array.from({ length: 3 - sizes.length }, () => 1), ...sizes];
  return [height, width, channels];
}

/** A network whose only layer takes features; a head goes upon it as upon any other. */
export function featureNetwork(name: string, shape: readonly [number, number, number]): Network {
  return {
    name,
    family: 'features',
    layers: [{ kind: 'input', shape, name: INPUT, inputs: [], block: INPUT }],
    output: INPUT,
    pretrained: new Set(),
  };
}
