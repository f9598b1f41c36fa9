import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Layer, Network } from './layer.ts';

type Sizes = readonly number[];

/** @throws ThawError `network.invalid`: a layer, what it needs, and what it was given */
export function refuse(layer: Layer, rule: string, advice: string, ...found: readonly Sizes[]): never {
  throw new ThawError(
    'network.invalid',
    `Layer '${layer.name}' (${layer.kind}) needs ${rule}; received ${found.map((shape) => `[${shape.join(', ')}]`).join(' and ')}.`,
    advice,
  );
}

/** How many layers feed one of a kind, in words. */
function inputCount({ kind }: Layer): readonly [number, number, string] {
  if (kind === 'input') return [0, 0, 'no input'];
  if (kind === 'add' || kind === 'multiply') return [2, 2, 'two inputs'];
  return kind === 'concatenate' ? [1, Infinity, 'at least one input'] : [1, 1, 'one input'];
}

function invalid(layer: Layer, rule: string, found: string, advice: string): ThawError {
  return new ThawError(
    'network.invalid',
    `Layer '${layer.name}' (${layer.kind}) needs ${rule}; received ${found}.`,
    advice,
  );
}

/** The settings that count pixels, channels or units. */
const COUNTS = [
  'kernelSize',
  'poolSize',
  'strides',
  'dilations',
  'filters',
  'units',
  'groups',
  'depthMultiplier',
] as const;

function checkCounts(layer: Layer): void {
  const settings: Readonly<Record<string, unknown>> = { ...layer };
  for (const name of COUNTS) {
    const value = settings[name];
    if (value === undefined) continue;
    const counts: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (counts.every((count) => Number.isInteger(count) && Number(count) > 0)) continue;
    const rule = `whole numbers of at least 1 as its ${name}`;
    throw invalid(layer, rule, counts.map(String).join(' x '), 'Correct it where the layer is described.');
  }
}

function checkPadding(layer: Layer): void {
  if (!('padding' in layer) || typeof layer.padding === 'string') return;
  const { top, bottom, left, right } = layer.padding;
  const sides = [top, bottom, left, right];
  if (!sides.every((side) => Number.isInteger(side) && side >= 0)) {
    const advice = 'Take rows and columns away with a slice.';
    throw invalid(layer, 'a padding of whole rows and columns, none below 0', sides.join(', '), advice);
  }
  if (layer.kind !== 'maxPool2d' && layer.kind !== 'averagePool2d') return;
  const [rows, columns] = layer.poolSize;
  if (Math.max(top, bottom) < rows && Math.max(left, right) < columns) return;
  const rule = `a padding smaller than its window of ${rows} x ${columns}`;
  throw invalid(layer, rule, sides.join(', '), 'Pad less, or pool over a larger window.');
}

function checkStrides(layer: Layer): void {
  if (layer.kind !== 'depthwiseConv2d' && layer.kind !== 'separableConv2d') return;
  const [down, across] = layer.strides;
  if (down === across) return;
  const advice = 'Use one stride for both, or a convolution in groups.';
  throw invalid(layer, 'one stride for rows and columns, as TensorFlow does', `${down} x ${across}`, advice);
}

/**
 * What can be said of a layer without the shapes that it is given.
 *
 * @throws ThawError `network.invalid`, naming the layer, what it needs and what was found
 */
export function checkLayer(layer: Layer): void {
  const [fewest, most, words] = inputCount(layer);
  const { inputs } = layer;
  if (inputs.length < fewest || inputs.length > most) {
    const found = inputs.length === 0 ? 'none' : `${inputs.length} (${inputs.join(', ')})`;
    throw invalid(layer, words, found, 'Check how the layer is connected.');
  }
  checkCounts(layer);
  checkPadding(layer);
  checkStrides(layer);
}

/** @throws ThawError `network.invalid` for a name that two layers have, or an output that is none of the layers */
export function checkNames({ name, layers, output }: Network): void {
  const seen = new Set<string>();
  for (const layer of layers) {
    if (!seen.has(layer.name)) seen.add(layer.name);
    else {
      throw new ThawError(
        'network.invalid',
        `Every layer of a network has a name of its own; received '${layer.name}' twice in '${name}'.`,
        'Give one of the two another name.',
      );
    }
  }
  if (seen.has(output)) return;
  throw new ThawError(
    'network.invalid',
    `The output of a network is one of its layers; '${name}' has no layer '${output}'.`,
    'Name a layer that it has.',
  );
}
