import { InvalidArgumentError } from 'commander';
import type { ClassWeights } from '../../shared/contract/plan.ts';
import { decimalNumber } from '../number-flag.ts';

/** A class, '=' and what is to be its number, up to a comma or the end; a name may hold both signs. */
const ENTRY = /(.+?)=([^=,]+)(?:,(?=.)|$)/gy;

/** Parses the value of `--class-weights`: `balanced`, or `ants=2,bees=0.5`. */
export function classWeights(text: string): ClassWeights {
  if (text === 'balanced') return { kind: 'balanced' };
  const weights = new Map<string, number>();
  let read = 0;
  for (const [entry, name = '', weight = ''] of text.matchAll(ENTRY)) {
    read += entry.length;
    weights.set(name.trim(), decimalNumber({ least: 0, most: 1e6 })(weight));
  }
  if (read > 0 && read === text.length) return { kind: 'given', weights: Object.fromEntries(weights) };
  throw new InvalidArgumentError("It must be 'balanced', or classes, each with '=' and a number, between commas.");
}
