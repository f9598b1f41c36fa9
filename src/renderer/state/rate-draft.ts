import { learningRateRule, type LearningRateRule } from '../../shared/contract/plan.ts';
import { readFigure, type Typed } from './number-field.ts';

/** Layers that learn at a share of the rate, as it was typed. */
export interface TypedRate {
  readonly pattern: string;
  readonly factor: string;
}

const EVERY_LAYER = '/./';
const HEAD = 'head';

export function readRate(typed: string): Typed {
  return readFigure(learningRateRule.shape.factor, typed);
}

/** Every layer learns at a share of the rate, but for the head, whose own it stays: what one field of the form says. */
export function ratesBelowHead<Figure>(factor: Figure): { pattern: string; factor: Figure | number }[] {
  return [
    { pattern: EVERY_LAYER, factor },
    { pattern: HEAD, factor: 1 },
  ];
}

/** Rules of rates as the form holds them: in one field where they say no more than that, else each for itself. */
export function typedRates(rules: readonly LearningRateRule[]): {
  readonly rateBelowHead: string;
  readonly rates: readonly TypedRate[];
} {
  const [below, head, ...others] = rules;
  const isOneField =
    others.length === 0 && below?.pattern === EVERY_LAYER && head?.pattern === HEAD && head.factor === 1;
  if (isOneField) return { rateBelowHead: String(below.factor), rates: [] };
  return { rateBelowHead: '', rates: rules.map(({ pattern, factor }) => ({ pattern, factor: String(factor) })) };
}
