import { checkpointChoice } from '../../shared/contract/checkpoint.ts';
import type { NamedRun } from '../../shared/contract/plan-file.ts';
import { closest } from '../network/closest.ts';
import type { Part } from './check.ts';
import { refusal } from './document.ts';
import { isPlanMap, type PlanMap } from './shorthand.ts';

/** As `experiment/run-id.ts` makes them. */
const RUN_ID = /^\d{8}-\d{6}-[a-z0-9]+$/;

/** The names of the runs above in the file, and of this one and those below. */
export interface EarlierRuns {
  readonly names: readonly string[];
  readonly later: readonly unknown[];
}

/** What a run takes of earlier ones of the file, and what is left of it. */
interface Taken {
  readonly value: PlanMap;
  readonly weightsOf: NamedRun | null;
  readonly headWeightsOf: NamedRun | null;
  readonly parentOf: NamedRun | null;
}

function unknownRun(part: Part, field: string, name: string, { names, later }: EarlierRuns): Error {
  const { document, path } = part;
  const line = document.lineOf([...path, field]);
  if (later.includes(name)) {
    return refusal(document, line, `'${name}' is not done by then.`, 'Put it above the run that begins with it.');
  }
  const near = closest(name, names);
  const known = names.length === 0 ? 'No run stands above this one.' : `Above are: ${names.join(', ')}.`;
  return refusal(
    document,
    line,
    `'${field}' names a run above, or one of the log by its id; '${name}' is neither.`,
    near.length > 0 ? `Did you mean '${near[0] ?? ''}'?` : known,
  );
}

/** @returns null for what names a run of the log, or none */
function reference(part: Part & { readonly value: PlanMap }, field: string, earlier: EarlierRuns): NamedRun | null {
  const named = part.value[field];
  if (!isPlanMap(named) || (named['kind'] !== 'run' && named['relation'] !== 'branched')) return null;
  const name = named['name'] ?? named['runId'];
  if (typeof name !== 'string') return null;
  const checkpoint = checkpointChoice.safeParse(named['checkpoint']);
  if (earlier.names.includes(name)) return { name, ...(checkpoint.success && { checkpoint: checkpoint.data }) };
  if (RUN_ID.test(name) && named['name'] === undefined) return null;
  throw unknownRun(part, field, name, earlier);
}

/** @throws ThawError `usage.invalid` for a part of a fused network that begins with a run which has no id yet */
export function assertPartsOfLog({ document, path, value }: Part & { readonly value: PlanMap }): void {
  const weights = value['weights'];
  const parts: unknown = isPlanMap(weights) && weights['kind'] === 'fused' ? weights['parts'] : null;
  if (!Array.isArray(parts)) return;
  for (const [place, part] of (parts as readonly unknown[]).entries()) {
    if (!isPlanMap(part) || part['kind'] !== 'run') continue;
    const name = part['name'] ?? part['runId'];
    if (typeof name !== 'string' || (RUN_ID.test(name) && part['name'] === undefined)) continue;
    throw refusal(
      document,
      document.lineOf([...path, 'weights', 'parts', place]),
      `parts of a fused network begin with runs of the log, by their ids; '${name}' is none.`,
      'Train that run first, and name its id here.',
    );
  }
}

/**
 * Takes what names earlier runs of the file out of a run, whose other keys are those of a plan.
 *
 * @throws ThawError `usage.invalid` for a run that is not above this one, or is named by a part of a fused network
 */
export function takeReferences(part: Part & { readonly value: PlanMap }, earlier: EarlierRuns): Taken {
  assertPartsOfLog(part);
  const [weightsOf, headWeightsOf, parentOf] = ['weights', 'headWeights', 'parent'].map((field) =>
    reference(part, field, earlier),
  ) as [NamedRun | null, NamedRun | null, NamedRun | null];
  const taken = new Set([
    ...(weightsOf ? ['weights'] : []),
    ...(headWeightsOf ? ['headWeights'] : []),
    ...(parentOf ? ['parent'] : []),
  ]);
  const value = Object.fromEntries(Object.entries(part.value).filter(([key]) => !taken.has(key)));
  return { value, weightsOf, headWeightsOf, parentOf };
}
