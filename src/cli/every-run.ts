import type { Request, Transport } from '../shared/contract/endpoint.ts';
import { MOST_RUNS_LISTED, type RunRow } from '../shared/contract/run-list.ts';

/** All runs that fit, page by page; each once, though others come or go meanwhile. */
export async function everyRun(
  engine: Transport,
  request: Omit<Request<'runs.list'>, 'offset' | 'limit'>,
): Promise<RunRow[]> {
  const found = new Map<string, RunRow>();
  let offset = 0;
  for (;;) {
    const { total, runs } = await engine.invoke('runs.list', { ...request, offset, limit: MOST_RUNS_LISTED });
    for (const run of runs) found.set(run.runId, run);
    offset += MOST_RUNS_LISTED;
    if (offset >= total) return [...found.values()];
  }
}
