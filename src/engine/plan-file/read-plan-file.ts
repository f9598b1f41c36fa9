import path from 'node:path';
import { z } from 'zod';
import { groupName, startRequest } from '../../shared/contract/begin-run.ts';
import { mergePlans } from '../../shared/contract/merge-plans.ts';
import {
  MOST_RUNS_OF_FILE,
  runName,
  type AskedPath,
  type ParsedPlans,
  type ParsedRun,
  type PlanFormat,
} from '../../shared/contract/plan-file.ts';
import { datasetReference, weightsReference, type PartReference } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { checked, type Part } from './check.ts';
import { readDocument, refusal, type PlanDocument } from './document.ts';
import { assertPartsOfLog, takeReferences, type EarlierRuns } from './references.ts';
import { isPlanMap, writtenOut, type PlanMap } from './shorthand.ts';

const fileOfRuns = z.strictObject({
  group: groupName.optional(),
  plan: z.record(z.string(), z.unknown()).optional(),
  runs: z.array(z.record(z.string(), z.unknown())).min(1).max(MOST_RUNS_OF_FILE),
});
const namedRun = startRequest.omit({ group: true }).extend({ name: runName });

/** Grants end with the engine that gave them. */
function assertLasting(part: Part, field: 'dataset' | 'weights'): void {
  const named = isPlanMap(part.value) ? part.value[field] : undefined;
  if (!isPlanMap(named) || named['kind'] !== 'granted') return;
  throw refusal(
    part.document,
    part.document.lineOf([...part.path, field]),
    `a grant names a file for one window alone; '${field}' is one.`,
    'Name its path.',
  );
}

function askedWeights({ path: file, mapping }: Extract<PartReference, { kind: 'file' }>): AskedPath {
  return { field: 'weights', path: file, ...(mapping && { mapping }) };
}

/** A path of the file made absolute, or taken out of the plan and asked for where nothing says what it is relative to. */
function withPaths(plan: ParsedRun['plan'], folder: string | undefined): Pick<ParsedRun, 'plan' | 'asks'> {
  const { dataset, weights } = plan;
  if (folder !== undefined) {
    const resolved = {
      ...plan,
      ...(dataset && { dataset: datasetReference.parse(absolute(dataset, folder)) }),
      ...(weights && { weights: weightsReference.parse(absolute(weights, folder)) }),
    };
    return { plan: resolved, asks: [] };
  }
  const asks: AskedPath[] = [];
  const rest = { ...plan };
  if (dataset && 'path' in dataset) {
    const structure = dataset.kind === 'folder' ? dataset.structure : undefined;
    asks.push({ field: 'dataset', path: dataset.path, ...(structure && { structure }) });
    delete rest.dataset;
  }
  if (weights?.kind === 'file') {
    asks.push(askedWeights(weights));
    delete rest.weights;
  }
  if (weights?.kind === 'fused') {
    const parts = weights.parts.map((one, part): PartReference => {
      if (one.kind !== 'file') return one;
      asks.push({ ...askedWeights(one), part });
      return { kind: 'shipped' };
    });
    rest.weights = { ...weights, parts };
  }
  return { plan: rest, asks };
}

/** With each `path` in it made absolute. */
function absolute(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((entry: unknown) => absolute(entry, folder));
  if (!isPlanMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => {
      if (key === 'path' && typeof entry === 'string') return [key, path.resolve(folder, entry)];
      // A manifest's columns have names such as these too.
      return [key, key === 'parts' ? absolute(entry, folder) : entry];
    }),
  );
}

const NOTHING_OF_OTHERS = { weightsOf: null, headWeightsOf: null, parentOf: null } as const;

function onePlan(document: PlanDocument, value: PlanMap, folder: string | undefined): ParsedPlans {
  const part = { document, path: [], value: writtenOut(value) };
  const { parent = null, group = null, ...plan } = checked(startRequest, part);
  assertLasting(part, 'dataset');
  assertLasting(part, 'weights');
  return { group, runs: [{ name: null, ...NOTHING_OF_OTHERS, parent, ...withPaths(plan, folder) }] };
}

/** What runs have in common, without the weights where one begins with others. */
function commonFor(common: PlanMap, own: PlanMap): PlanMap {
  const { weights, headWeights, ...rest } = common;
  if ('parent' in own) return rest;
  return {
    ...rest,
    ...(weights !== undefined && !('weights' in own) && { weights }),
    ...(headWeights !== undefined && !('headWeights' in own) && { headWeights }),
  };
}

/** A run's own part, checked as it stands there, put over what all have in common. */
function oneRun(common: PlanMap, own: Part & { readonly value: PlanMap }, earlier: EarlierRuns): ParsedRun {
  const { value: written, ...taken } = takeReferences(own, earlier);
  checked(namedRun, { ...own, value: written });
  assertLasting(own, 'dataset');
  assertLasting(own, 'weights');
  const value = mergePlans<PlanMap>(commonFor(common, own.value), written);
  const { name, parent = null, ...plan } = checked(namedRun, { ...own, value });
  return { name, plan, parent, asks: [], ...taken };
}

function severalRuns(document: PlanDocument, value: PlanMap, folder: string | undefined): ParsedPlans {
  const { group = null, plan: common = {}, runs } = checked(fileOfRuns, { document, path: [], value });
  const shared = { document, path: ['plan'], value: writtenOut(common) };
  assertPartsOfLog(shared);
  checked(startRequest.omit({ group: true, parent: true }), shared);
  assertLasting(shared, 'dataset');
  assertLasting(shared, 'weights');
  const all = runs.map(({ name }) => name);
  const done: ParsedRun[] = [];
  for (const [index, run] of runs.entries()) {
    const own = { document, path: ['runs', index], value: writtenOut(run) };
    const names = done.flatMap(({ name }) => name ?? []);
    const parsed = oneRun(shared.value, own, { names, later: all.slice(index) });
    if (parsed.name !== null && names.includes(parsed.name)) {
      throw refusal(
        document,
        document.lineOf([...own.path, 'name']),
        `runs of a file have names of their own; a run above is called '${parsed.name}' too.`,
        'Call one of them otherwise.',
      );
    }
    done.push(parsed);
  }
  return { group, runs: done.map((run) => ({ ...run, ...withPaths(run.plan, folder) })) };
}

/**
 * Reads what a plan file asks for: one plan, or named ones that are done in order.
 *
 * @param how.name what errors call the file
 * @param how.folder what its paths are relative to; without it they are taken out of the plans and listed as `asks`
 * @throws ThawError `usage.invalid`, naming the line
 */
export function readPlanFile(
  text: string,
  format: PlanFormat,
  { name = 'the plan', folder }: { readonly name?: string | undefined; readonly folder?: string | undefined } = {},
): ParsedPlans {
  const document = readDocument(text, format, name);
  const { value } = document;
  if (!isPlanMap(value)) {
    throw new ThawError(
      'usage.invalid',
      `A plan file is a map of a plan's keys, or of 'runs'; ${name} is ${value === null ? 'empty' : 'something else'}.`,
      "Write for instance 'strategy: features'.",
    );
  }
  return 'runs' in value ? severalRuns(document, value, folder) : onePlan(document, value, folder);
}
