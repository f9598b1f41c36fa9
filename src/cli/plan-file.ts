import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Transport } from '../shared/contract/endpoint.ts';
import { mergePlans } from '../shared/contract/merge-plans.ts';
import { LARGEST_PLAN_FILE, type ParsedPlans, type ParsedRun } from '../shared/contract/plan-file.ts';
import type { TrainingPlanRequest } from '../shared/contract/plan-request.ts';
import { explainDiskError, ThawError } from '../shared/errors/thaw-error.ts';
import { givenPath } from './given-path.ts';

function textOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > LARGEST_PLAN_FILE) {
    const what = found ? (found.isFile() ? `one of ${found.size} bytes` : 'a folder') : 'nothing';
    throw new ThawError(
      'usage.invalid',
      `A plan file is YAML or JSON of at most ${LARGEST_PLAN_FILE} bytes; found ${what} at '${file}'.`,
      'Check the path given as --plan.',
    );
  }
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw explainDiskError(error, 'read the plan file');
  }
}

/** What was given on the command line; empty where nothing was. */
function given({
  rules = [],
  learningRateRules = [],
  optimizer = {},
  ...rest
}: TrainingPlanRequest): TrainingPlanRequest {
  return {
    ...rest,
    ...(rules.length > 0 && { rules }),
    ...(learningRateRules.length > 0 && { learningRateRules }),
    ...(Object.keys(optimizer).length > 0 && { optimizer }),
  };
}

/** Whether a run begins with weights that `--weights` may take the place of: those of an earlier run are not. */
function takesWeights({ plan, weightsOf, parentOf, parent }: ParsedRun): boolean {
  if (weightsOf !== null || parentOf !== null || parent !== null) return false;
  return plan.weights === undefined ? plan.strategy !== 'scratch' : plan.weights.kind !== 'none';
}

/** A run of the file under the flags: their rules go on after the file's, all else of them takes its place. */
function overridden(run: ParsedRun, flags: TrainingPlanRequest): ParsedRun {
  const { rules = [], learningRateRules = [], weights, ...over } = flags;
  const merged = mergePlans<TrainingPlanRequest>(run.plan, {
    ...over,
    ...(weights !== undefined && takesWeights(run) && { weights }),
  });
  const plan = {
    ...merged,
    ...(rules.length > 0 && { rules: [...(merged.rules ?? []), ...rules] }),
    ...(learningRateRules.length > 0 && {
      learningRateRules: [...(merged.learningRateRules ?? []), ...learningRateRules],
    }),
  };
  return { ...run, plan };
}

/**
 * Reads a plan file, under what the command line says otherwise.
 *
 * @throws ThawError `usage.invalid`, by line
 */
export async function planFile(engine: Transport, written: string, flags: TrainingPlanRequest): Promise<ParsedPlans> {
  const file = givenPath(written);
  const parsed = await engine.invoke('plans.parse', {
    text: textOf(file),
    format: path.extname(file).toLowerCase() === '.json' ? 'json' : 'yaml',
    name: path.basename(file),
    folder: path.dirname(file),
  });
  const over = given(flags);
  return { ...parsed, runs: parsed.runs.map((run) => overridden(run, over)) };
}

/** What a group of a file's runs is called that nobody named. */
export function groupOfFile(written: string): string {
  return path.parse(givenPath(written)).name;
}
