import type { FreezeRule, Strategy } from '../../shared/contract/plan.ts';
import type { LayerState, ParameterCounts } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Layer, Network, TensorSpecification } from '../network/layer.ts';
import { elementCount, layerShapes, networkTensors } from '../network/shape.ts';
import { matchLayers } from './rule.ts';

/** What trains, what stays, and what can be computed once per image. */
export interface FreezePlan {
  /** Layers with tensors that train. */
  readonly trainable: ReadonlySet<string>;
  /** The frozen prefix in the network's order: every layer that gives the same output each time it sees an image. */
  readonly prefix: readonly string[];
  /** The layers whose outputs leave the prefix, in order: what is cached. Empty when nothing is worth caching. */
  readonly cut: readonly string[];
  readonly parameters: ParameterCounts;
  /** One entry per layer, in order. */
  readonly states: readonly LayerState[];
  /** What is frozen, what is computed once, what trains, in one sentence for people. */
  readonly explanation: string;
}

/** BatchNorm's moving statistics follow the data, never the gradient: Keras counts them as non-trainable always. */
function isStatistic(tensor: TensorSpecification): boolean {
  return tensor.role === 'moving_mean' || tensor.role === 'moving_variance';
}

function countParameters(tensors: readonly TensorSpecification[]): number {
  return tensors.reduce((sum, tensor) => sum + elementCount(tensor.shape), 0);
}

function applyRules(network: Network, initial: Iterable<string>, rules: readonly FreezeRule[]): ReadonlySet<string> {
  const withTensors = new Set(networkTensors(network).map((tensor) => tensor.layer));
  const trainable = new Set(initial);
  for (const rule of rules) {
    const matched = [...matchLayers(rule.pattern, network)].filter((name) => withTensors.has(name));
    if (matched.length === 0) {
      throw new ThawError(
        'usage.noMatch',
        `A rule freezes or thaws layers with parameters; '${rule.pattern}' matches only layers without any.`,
        'Name the convolution, BatchNorm or dense layer, or its block.',
      );
    }
    for (const name of matched) {
      if (rule.action === 'thaw') trainable.add(name);
      else trainable.delete(name);
    }
  }
  return trainable;
}

/** True if the layer's output can differ between two passes of one image while training. */
function isRandom(layer: Layer): boolean {
  return layer.kind === 'dropout' && layer.rate > 0;
}

/** The longest prefix: every layer that neither trains nor is random, as its ancestors. */
function fixedLayers(network: Network, trainable: ReadonlySet<string>): Set<string> {
  const fixed = new Set<string>();
  for (const layer of network.layers) {
    if (trainable.has(layer.name) || isRandom(layer)) continue;
    if (layer.inputs.every((input) => fixed.has(input))) fixed.add(layer.name);
  }
  return fixed;
}

function prefixAndCut(
  network: Network,
  trainable: ReadonlySet<string>,
): { readonly prefix: readonly string[]; readonly cut: readonly string[] } {
  const fixed = fixedLayers(network, trainable);
  const consumers = new Map<string, Layer[]>();
  for (const layer of network.layers) {
    for (const input of layer.inputs) consumers.set(input, [...(consumers.get(input) ?? []), layer]);
  }
  // Zeros at the rim cost disk and save no work: a padding that only feeds what trains is left to the train graph.
  for (const layer of network.layers.toReversed()) {
    if (layer.kind !== 'zeroPadding2d' || layer.name === network.output) continue;
    if (!(consumers.get(layer.name) ?? []).some((consumer) => fixed.has(consumer.name))) fixed.delete(layer.name);
  }
  const withTensors = new Set(networkTensors(network).map((tensor) => tensor.layer));
  const prefix = network.layers.filter((layer) => fixed.has(layer.name)).map((layer) => layer.name);
  if (!prefix.some((name) => withTensors.has(name))) return { prefix: [], cut: [] };
  const cut = prefix.filter(
    (name) => name === network.output || (consumers.get(name) ?? []).some((consumer) => !fixed.has(consumer.name)),
  );
  return { prefix, cut };
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `'${name}'`);
  return names.length > 3 ? `${shown.join(', ')} and ${names.length - 3} more` : shown.join(', ');
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function explain(
  network: Network,
  trainable: ReadonlySet<string>,
  parameters: ParameterCounts,
  layersWithTensors: number,
  cut: readonly string[],
): string {
  const trains = network.layers.filter((layer) => trainable.has(layer.name)).map((layer) => layer.name);
  const training = `${trains.length} of ${layersWithTensors} layers with parameters train (${number(parameters.trainable)} of ${number(parameters.trainable + parameters.frozen)} parameters)`;
  const lowest = trains[0] ?? '';
  const once =
    cut.length > 0
      ? `everything up to ${quoted(cut)} is frozen and computed once per image`
      : `nothing is computed once per image, because '${lowest}' trains at the bottom`;
  return `${training}, from '${lowest}' up; ${once}.`;
}

/**
 * Decides what trains: the strategy first (`features`: only layers without pretrained weights; else all), then the rules
 * in order, the last one winning.
 *
 * Counts are those of Keras' `summary()`: BatchNorm's moving statistics are frozen always.
 *
 * @throws ThawError `usage.noMatch` or `usage.invalid` for a rule, `usage.invalid` when nothing is left to train
 */
export function freezePlan(network: Network, strategy: Strategy, rules: readonly FreezeRule[]): FreezePlan {
  const tensors = Map.groupBy(networkTensors(network), (tensor) => tensor.layer);
  const initial = [...tensors.keys()].filter((name) => strategy !== 'features' || !network.pretrained.has(name));
  const trainable = applyRules(network, initial, rules);
  const training = [...tensors.entries()]
    .filter(([name]) => trainable.has(name))
    .flatMap(([, own]) => own.filter((tensor) => !isStatistic(tensor)));
  if (training.length === 0) {
    throw new ThawError(
      'usage.invalid',
      `Training needs at least one layer that trains; strategy '${strategy}' with ${rules.length} rules leaves none.`,
      "Thaw a layer or block, such as --thaw 'last:2', or drop a --freeze.",
    );
  }
  const { prefix, cut } = prefixAndCut(network, trainable);
  const trainableCount = countParameters(training);
  const parameters = {
    trainable: trainableCount,
    frozen: countParameters([...tensors.values()].flat()) - trainableCount,
  };
  const shapes = layerShapes(network);
  const states = network.layers.map((layer): LayerState => ({
    name: layer.name,
    kind: layer.kind,
    block: layer.block,
    outputShape: [...(shapes.get(layer.name) ?? [])],
    parameters: countParameters(tensors.get(layer.name) ?? []),
    state: trainable.has(layer.name) ? 'trainable' : 'frozen',
  }));
  const explanation = explain(network, trainable, parameters, tensors.size, cut);
  return { trainable, prefix, cut, parameters, states, explanation };
}
