import type { Request, Transport } from '../shared/contract/endpoint.ts';
import type { NamedRun, ParsedRun } from '../shared/contract/plan-file.ts';
import type { RunBegun } from '../shared/contract/begin-run.ts';
import type { RunResult } from '../shared/contract/run.ts';
import { ThawError } from '../shared/errors/thaw-error.ts';
import { begunRun } from './commands/begun-run.ts';
import { followToEnd } from './follow-run.ts';
import { duration, printable, share } from './output/format.ts';
import { printJson, printLines } from './output/print.ts';
import { table } from './output/table.ts';
import { printFailure } from './report-failure.ts';

interface DoneRun {
  readonly name: string;
  readonly result: RunResult;
}

/** What is asked of the engine for a run, once those that it takes something of are done. */
function startOf(
  { plan, parent, weightsOf, headWeightsOf, parentOf }: ParsedRun,
  idOf: (named: NamedRun) => string,
): Request<'training.start'> {
  const taken = (named: NamedRun): { runId: string; checkpoint?: NamedRun['checkpoint'] } => ({
    runId: idOf(named),
    ...(named.checkpoint !== undefined && { checkpoint: named.checkpoint }),
  });
  const branch = parentOf ? { relation: 'branched' as const, ...taken(parentOf) } : parent;
  return {
    ...plan,
    ...(weightsOf && { weights: { kind: 'run' as const, ...taken(weightsOf) } }),
    ...(headWeightsOf && { headWeights: { kind: 'run' as const, ...taken(headWeightsOf) } }),
    ...(branch && { parent: branch }),
  };
}

/** A run is called in the log as it is in the file. */
async function begin(
  engine: Transport,
  how: 'training.start' | 'queue.add',
  request: Request<'training.start'>,
  name: string | null,
): Promise<RunBegun> {
  const begun = await engine.invoke(how, request);
  if (name !== null) await engine.invoke('runs.edit', { runIds: [begun.runId], change: { name } });
  return begun;
}

function refuseReference(named: NamedRun): never {
  throw new ThawError(
    'usage.invalid',
    `A run that waits cannot name what has not been trained; one of the file begins with what '${named.name}' learns.`,
    'Leave --queue out: the runs are then done one after the other.',
  );
}

/** Lets all runs of a file wait for their turn. @throws ThawError `usage.invalid` where one takes something of another */
export async function queueSeries(
  engine: Transport,
  runs: readonly ParsedRun[],
  group: string | undefined,
): Promise<readonly RunBegun[]> {
  const asked = runs.map((run) => ({
    request: { ...startOf(run, refuseReference), ...(group !== undefined && { group }) },
    name: run.name,
  }));
  const begun: RunBegun[] = [];
  for (const { request, name } of asked) begun.push(await begin(engine, 'queue.add', request, name));
  return begun;
}

/** A plan file's only run, which takes nothing of another. */
export function onlyStart(run: ParsedRun): Request<'training.start'> {
  return startOf(run, refuseReference);
}

function outcome(done: readonly DoneRun[], planned: number): string[] {
  const rows = done.map(({ name, result }) => {
    const { bestValAccuracy, history, timings } = result;
    const reached = [share(bestValAccuracy), String(history.length), duration(timings['total'] ?? 0)];
    return [printable(name), result.status, ...reached, result.runId];
  });
  const left = planned - done.length;
  return [
    '',
    ...table([['run', 'status', 'val_accuracy', 'epochs', 'time', 'id'], ...rows], [2, 3, 4]),
    ...(left > 0 ? [`${left} more of the file did not begin.`] : []),
  ];
}

/**
 * Does the runs of a file one after the other, as one group. The first that does not finish is the last, for those after it
 * may begin with it; what is done is kept.
 *
 * @returns the exit code
 */
export async function trainSeries(
  engine: Transport,
  runs: readonly ParsedRun[],
  { group, json }: { readonly group: string; readonly json: boolean },
): Promise<number> {
  const done: DoneRun[] = [];
  const idOf = ({ name }: NamedRun): string => {
    const found = done.find((run) => run.name === name);
    if (!found) throw new TypeError(`Run '${name}' is not done.`);
    return found.result.runId;
  };
  let exitCode = 0;
  for (const [index, run] of runs.entries()) {
    const name = run.name ?? '';
    const about = `, '${printable(name)}', ${index + 1} of ${runs.length}`;
    const followed = await followToEnd(engine, json, async () =>
      begunRun(await begin(engine, 'training.start', { ...startOf(run, idOf), group }, run.name), about),
    );
    done.push({ name, result: followed.result });
    if (!json && followed.result.error) printFailure(followed.result.error);
    exitCode = followed.exitCode;
    if (followed.result.status !== 'finished') break;
  }
  if (json) printJson({ group, runs: done });
  else printLines(outcome(done, runs.length));
  return exitCode;
}
