import { ThawError } from '../../shared/errors/thaw-error.ts';
import { NON_FINITE_SLOTS } from '../graph/ops/non-finite.ts';
import type { Introspection } from '../graph/introspection.ts';
import type { Output, Session } from '../runtime/session.ts';
import type { Feeds } from './batch-source.ts';

/** Where values stopped being finite numbers. */
export type Culprit =
  | { readonly layer: string; readonly part: 'weights' | 'output'; readonly value: Value }
  /** Of a loss that is finite, by weights that are. */
  | { readonly layer: string; readonly part: 'gradient'; readonly tensor: string; readonly value: Value }
  /** Of outputs that are all finite. */
  | { readonly part: 'loss'; readonly value: string };

type Value = (typeof NON_FINITE_SLOTS)[number];

/** By name, what of each tensor is not finite; NaN says more than an infinity. */
function found(names: readonly string[], output: Output | undefined): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  const slots = output?.data;
  if (!slots) return values;
  names.forEach((name, row) => {
    NON_FINITE_SLOTS.forEach((value, slot) => {
      if (slots[row * NON_FINITE_SLOTS.length + slot] !== 0) values.set(name, value);
    });
  });
  return values;
}

function layerOf(tensor: string): string {
  return tensor.slice(0, tensor.lastIndexOf('/'));
}

/**
 * The first layer in the network's order whose weights, or else whose output, are not finite; the loss where it alone is not;
 * and where it is, the first tensor on the way back whose gradient is not.
 *
 * @param feeds of the step that would go wrong; null looks at the weights alone
 * @returns null where all is finite
 */
export function findCulprit(session: Session, introspection: Introspection, feeds: Feeds | null): Culprit | null {
  const told = feeds ? session.run('diagnose', feeds) : session.run('check', {});
  const { learning, moving, layers } = introspection;
  const tensors = [...found(moving, told['statistics']), ...found(learning, told['weights'])];
  const weights = new Map(tensors.map(([name, value]) => [layerOf(name), value]));
  const outputs = found(layers, told['outputs']);
  for (const layer of layers) {
    const inWeights = weights.get(layer);
    if (inWeights) return { layer, part: 'weights', value: inWeights };
    const inOutput = outputs.get(layer);
    if (inOutput) return { layer, part: 'output', value: inOutput };
  }
  const loss = told['loss']?.data[0];
  if (loss !== undefined && !Number.isFinite(loss)) return { part: 'loss', value: String(loss) };
  return feeds && findGradient(session, introspection, feeds);
}

function findGradient(session: Session, { learning }: Introspection, feeds: Feeds): Culprit | null {
  const gradients = found(learning, session.run('backward', feeds)['gradients']);
  const tensor = learning.findLast((name) => gradients.has(name));
  const value = tensor === undefined ? undefined : gradients.get(tensor);
  return tensor === undefined || value === undefined
    ? null
    : { layer: layerOf(tensor), part: 'gradient', tensor, value };
}

function nameOf(culprit: Culprit): string {
  switch (culprit.part) {
    case 'loss':
      return 'the loss, of layers whose outputs are all finite,';
    case 'gradient':
      return `the gradient of '${culprit.tensor}' in layer '${culprit.layer}', of a loss that is finite,`;
    case 'weights':
    case 'output':
      return `layer '${culprit.layer}' (its ${culprit.part})`;
  }
}

/** Where training stopped because of a number that is none. */
export interface Divergence {
  readonly culprit: Culprit | null;
  /** What became so where no layer can be named. */
  readonly otherwise: string;
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  readonly hasCheckpoint: boolean;
}

/** @returns ThawError `training.diverged` */
export function diverged({ culprit, otherwise, step, epoch, learningRate, hasCheckpoint }: Divergence): ThawError {
  const what = culprit ? `${nameOf(culprit)} became ${culprit.value}` : `${otherwise} became no finite number`;
  return new ThawError(
    'training.diverged',
    `Loss, gradients and weights must stay finite numbers; ${what} at step ${step} (epoch ${epoch}), with a learning rate of ${learningRate}.`,
    `Lower the learning rate (--lr), ${culprit?.part === 'gradient' ? 'limit the gradients (--clip-value)' : 'freeze more layers'}, or look for damaged images.${hasCheckpoint ? ' The last good checkpoint is kept.' : ''}`,
  );
}

/**
 * Holds what a checkpoint was found to hold against being numbers, before anything is trained or predicted with it.
 *
 * @throws ThawError `weights.unreadable` naming the first layer with a value that is not finite
 */
export function assertFinite(values: ReadonlyMap<string, Float32Array>, source: string): void {
  for (const [name, tensor] of values) {
    let index = 0;
    // A hundred million of them: `findIndex` takes several times as long.
    while (index < tensor.length && Number.isFinite(tensor[index])) index += 1;
    if (index === tensor.length) continue;
    throw new ThawError(
      'weights.unreadable',
      `Weights are finite numbers; '${name}' of layer '${layerOf(name)}' holds ${tensor[index]} at ${index}, in ${source}.`,
      'Take another file, or an earlier checkpoint: this one was written by a training that diverged.',
    );
  }
}
