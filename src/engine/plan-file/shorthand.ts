import { RULE_ACTIONS } from '../../shared/contract/plan.ts';
import { RUN_PREFIX, runCheckpoint } from '../../shared/contract/written-run.ts';

export type PlanMap = Readonly<Record<string, unknown>>;

const PUBLISHED_PREFIX = 'published:';
/** What has a kind and, for the most part, needs no more. */
const KIND_WORDS = ['optimizer', 'schedule', 'task', 'classWeights', 'split'] as const;

export function isPlanMap(value: unknown): value is PlanMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function dataset(written: unknown): unknown {
  if (typeof written !== 'string') return written;
  if (written === 'sample') return { kind: 'sample' };
  return { kind: /\.npz$/i.test(written) ? 'features' : 'folder', path: written };
}

/** `run:` names a run of the log or one of the file; those of the file are told apart later. */
function weights(written: unknown): unknown {
  if (isPlanMap(written) && Array.isArray(written['parts']))
    return { ...written, parts: written['parts'].map(weights) };
  if (typeof written !== 'string') return written;
  if (written === 'shipped' || written === 'none') return { kind: written };
  if (written.startsWith(PUBLISHED_PREFIX)) return { kind: 'published', name: written.slice(PUBLISHED_PREFIX.length) };
  return written.startsWith(RUN_PREFIX) ? { kind: 'run', ...runCheckpoint(written) } : { kind: 'file', path: written };
}

function headWeights(written: unknown): unknown {
  return typeof written === 'string' ? { kind: 'run', ...runCheckpoint(written) } : written;
}

function parent(written: unknown): unknown {
  const named = typeof written === 'string' ? runCheckpoint(written) : written;
  return isPlanMap(named) ? { relation: 'branched', ...named } : named;
}

/** `freeze: block_1` for `{ action: freeze, pattern: block_1 }`. */
function rule(written: unknown): unknown {
  if (!isPlanMap(written)) return written;
  const [only, another] = Object.entries(written);
  const action = RULE_ACTIONS.find((known) => known === only?.[0]);
  return action === undefined || another !== undefined ? written : { action, pattern: only?.[1] };
}

function rules(written: unknown): unknown {
  return Array.isArray(written) ? written.map(rule) : written;
}

function kindWord(written: unknown): unknown {
  return typeof written === 'string' ? { kind: written } : written;
}

function stages(written: unknown): unknown {
  if (!Array.isArray(written)) return written;
  return written.map((stage: unknown) => (isPlanMap(stage) ? replaced(stage, { rules, schedule: kindWord }) : stage));
}

const EXPANSIONS: Readonly<Record<string, (written: unknown) => unknown>> = {
  dataset,
  weights,
  headWeights,
  parent,
  rules,
  stages,
  ...Object.fromEntries(KIND_WORDS.map((key) => [key, kindWord])),
};

function replaced(map: PlanMap, by: typeof EXPANSIONS): PlanMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, by[key]?.(value) ?? value]));
}

/**
 * A plan as people write it with its short forms written out, each in its place, so that what is wrong with them is told
 * where they stand.
 *
 * @throws ThawError `usage.invalid` for a checkpoint that is none
 */
export function writtenOut(map: PlanMap): PlanMap {
  return replaced(map, EXPANSIONS);
}
