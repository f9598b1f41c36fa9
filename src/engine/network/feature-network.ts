import type { Network } from './layer.ts';

const NAME = /^features_(\d{1,9}(?:x\d{1,9}){0,2})$/;
const INPUT = 'features';

/** Whether a name is that of a network of which nothing is known but the features that its lower part gave. */
export function isFeatureNetwork(name: string): boolean {
  return NAME.test(name);
}

/**
 * The name of the network that begins with features of a shape: `features_1280`, `features_7x7x512`.
 *
 * @param shape of one image's features, batch left out: channels last, one to three sizes
 * @returns null for a shape that no head goes upon
 */
export function featureNetworkName(shape: readonly number[]): string | null {
  const name = `features_${shape.join('x')}`;
  return isFeatureNetwork(name) && shape.every((size) => size > 0) ? name : null;
}

/** Sizes of the input, [height, width, channels]: what a name leaves out is 1. null for the name of another network. */
export function featureNetworkShape(name: string): readonly [number, number, number] | null {
  const sizes = NAME.exec(name)?.[1]?.split('x').map(Number);
  if (!sizes || sizes.includes(0)) return null;
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
