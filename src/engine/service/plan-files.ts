import type { BranchPoint } from '../../shared/contract/begin-run.ts';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { trainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { firstOrigin, readOrigin } from '../experiment/run-origin.ts';
import { readRun } from '../experiment/run-reader.ts';
import { readPlanFile } from '../plan-file/read-plan-file.ts';
import { writePlanFile } from '../plan-file/write-plan-file.ts';
import type { ServiceContext } from './context.ts';
import { resolveReferences } from './resolve-references.ts';

/** @throws ThawError `usage.invalid` for what is wrong with the file, by line */
export function parsePlans({ text, format, name, folder }: Request<'plans.parse'>): Response<'plans.parse'> {
  return readPlanFile(text, format, { name, folder });
}

/** The run that one branched off, as a plan names it. */
function branchOf(context: ServiceContext, runId: string): BranchPoint | null {
  const origin = firstOrigin(context.log, readOrigin(context.log, runId));
  if (origin?.relation !== 'branched') return null;
  const { step } = origin;
  return { relation: 'branched', runId: origin.runId, ...(step !== null && { checkpoint: { step } }) };
}

/**
 * Writes a plan as a file, or that of a run, complete, so that it trains the same again.
 *
 * @throws ThawError `run.unknown`, `file.notGranted`
 */
export function writePlan(context: ServiceContext, { of, format }: Request<'plans.write'>): Response<'plans.write'> {
  if ('plan' in of) return { text: writePlanFile(resolveReferences(context, of.plan), format) };
  const { plan, summary } = readRun(context.log, of.runId);
  const parent = branchOf(context, of.runId);
  const { weights, ...rest } = trainingPlanRequest.strip().parse(plan);
  // A branch takes its weights from where it branches off.
  const request = parent === null ? { ...rest, weights } : rest;
  return { text: writePlanFile(request, format, { parent, title: `Run ${of.runId}: ${summary.name}` }) };
}
