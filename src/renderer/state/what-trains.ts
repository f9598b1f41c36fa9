import type { LayerState } from '../../shared/contract/run.ts';
import { blocksOf } from './tree-model.ts';

/** How a freeze mask can be told in a few words. */
export type WhatTrains =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'all' }
  | { readonly kind: 'only'; readonly block: string }
  /** This block and all above it. */
  | { readonly kind: 'from'; readonly block: string; readonly blocks: number }
  | { readonly kind: 'some'; readonly trainable: number; readonly blocks: number };

/** What of a network trains, by its blocks; those without parameters do not count. */
export function whatTrains(layers: readonly LayerState[]): WhatTrains {
  const blocks = blocksOf(layers).filter(({ state }) => state !== 'none');
  const trainable = blocks.filter(({ state }) => state !== 'frozen');
  const [first] = trainable;
  if (first === undefined) return { kind: 'nothing' };
  if (blocks.every(({ state }) => state === 'trainable')) return { kind: 'all' };
  const whole = trainable.every(({ state }) => state === 'trainable');
  if (whole && trainable.length === 1) return { kind: 'only', block: first.name };
  const above = blocks.length - blocks.indexOf(first);
  if (whole && above === trainable.length) return { kind: 'from', block: first.name, blocks: above };
  return { kind: 'some', trainable: trainable.length, blocks: blocks.length };
}
