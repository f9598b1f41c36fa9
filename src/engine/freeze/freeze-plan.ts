import type { FreezeRule, Strategy } from '../../shared/contract/plan.ts';
import type { LayerState, ParameterCounts } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Layer, Network, TensorSpecification } from '../network/layer.ts';
import { elementCount, isStatistic, layerShapes, networkTensors } from '../network/shape.ts';
import { applyRules, type Moving } from './apply-rules.ts';
import { findBoundary, type Boundary } from './boundary.ts';

/** What trains, what stays, and what can be computed once per image. */
export interface FreezePlan extends Moving, Pick<Boundary, 'prefix' | 'cut'> {
  /**
   * Why nothing is computed once, or why the cut lies lower than the frozen layers would allow: a sentence for people. null
   * where nothing is in the way.
   */
  readonly boundaryForbiddenBy: string | null;
  readonly parameters: ParameterCounts;
  /** One entry per layer, in order. */
  readonly states: readonly LayerState[];
  /** What is frozen, what is computed once, what trains, in one sentence for people. */
  readonly explanation: string;
}

function countParameters(tensors: readonly TensorSpecification[]): number {
  return tensors.reduce((sum, tensor) => sum + elementCount(tensor.shape), 0);
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
  { cut, forbiddenBy }: Boundary,
): string {
  const trains = network.layers.filter((layer) => trainable.has(layer.name)).map((layer) => layer.name);
  const training = `${trains.length} of ${layersWithTensors} layers with parameters train (${number(parameters.trainable)} of ${number(parameters.trainable + parameters.frozen)} parameters)`;
  const because = forbiddenBy === null ? '' : `, because ${forbiddenBy}`;
  const once =
    cut.length > 0
      ? `everything up to ${quoted(cut)} is frozen and computed once per image${forbiddenBy === null ? '' : `, and nothing above${because}`}`
      : `nothing is computed once per image${because}`;
  return `${training}, from '${trains[0] ?? ''}' up; ${once}.`;
}

function statisticsOf(layer: Layer, { movingStatistics }: Moving): LayerState['statistics'] {
  if (layer.kind !== 'batchNorm') return null;
  return movingStatistics.has(layer.name) ? 'moving' : 'kept';
}

/**
 * Decides what trains: the strategy first (`features`: only layers without pretrained weights; else all), then the rules
 * in order, the last one winning (see `applyRules`).
 *
 * Counts are those of Keras' `summary()`: BatchNorm's moving statistics are frozen always.
 *
 * @param options.mayLeaveNothing describes also what cannot be trained, for a window in which it is still being chosen
 * @throws ThawError `usage.noMatch` or `usage.invalid` for a rule, `usage.invalid` when nothing is left to train
 */
export function freezePlan(
  network: Network,
  strategy: Strategy,
  rules: readonly FreezeRule[],
  { mayLeaveNothing = false }: { readonly mayLeaveNothing?: boolean } = {},
): FreezePlan {
  const tensors = Map.groupBy(networkTensors(network), (tensor) => tensor.layer);
  const moving = applyRules(network, strategy, rules);
  const { trainable } = moving;
  const training = networkTensors(network).filter((tensor) => trainable.has(tensor.layer) && !isStatistic(tensor));
  if (training.length === 0 && !mayLeaveNothing) {
    throw new ThawError(
      'usage.invalid',
      `Training needs at least one layer that trains; strategy '${strategy}' with ${rules.length} rules leaves none.`,
      "Thaw a layer or block, such as 'last:2', or freeze fewer.",
    );
  }
  const trainableCount = countParameters(training);
  const parameters = { trainable: trainableCount, frozen: countParameters(networkTensors(network)) - trainableCount };
  const shapes = layerShapes(network);
  const states = network.layers.map((layer): LayerState => ({
    name: layer.name,
    kind: layer.kind,
    block: layer.block,
    outputShape: [...(shapes.get(layer.name) ?? [])],
    parameters: countParameters(tensors.get(layer.name) ?? []),
    state: trainable.has(layer.name) ? 'trainable' : 'frozen',
    statistics: statisticsOf(layer, moving),
  }));
  const boundary = findBoundary(network, moving);
  return {
    ...moving,
    prefix: boundary.prefix,
    cut: boundary.cut,
    boundaryForbiddenBy: boundary.forbiddenBy === null ? null : `${boundary.forbiddenBy}.`,
    parameters,
    states,
    explanation: explain(network, trainable, parameters, tensors.size, boundary),
  };
}
