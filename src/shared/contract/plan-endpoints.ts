import { z } from 'zod';
import {
  groupRequest,
  groupResults,
  queuedStrategiesRequest,
  strategiesRequest,
  strategyPlans,
} from './group-results.ts';
import { parsedPlans, parsePlansRequest, writePlanRequest } from './plan-file.ts';
import { sweepAdded } from './queue.ts';

/** What hosts ask of plans as files: text comes and goes, so that a window can open and save them. */
export const planEndpoints = {
  /** What a plan file asks for: `usage.invalid` tells what is wrong with it by line. Nothing is begun, and no path looked at. */
  'plans.parse': { request: parsePlansRequest, response: parsedPlans },
  /** A plan, or that of a run, as a file that trains the same again. */
  'plans.write': { request: writePlanRequest, response: z.strictObject({ text: z.string() }) },
  /** A JSON schema of plan files, for editors. */
  'plans.schema': { request: z.strictObject({}), response: z.record(z.string(), z.unknown()) },
  /** A plan under each strategy and seed: only the head, the last blocks too, and from scratch. */
  'plans.strategies': { request: strategiesRequest, response: strategyPlans },
  /** Lets a run wait for each of them, all in one group. */
  'queue.strategies': { request: queuedStrategiesRequest, response: sweepAdded },
  /** What became of the runs of a group, by what they differ in. */
  'runs.groupResults': { request: groupRequest, response: groupResults },
} as const;
