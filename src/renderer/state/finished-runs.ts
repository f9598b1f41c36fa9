import type { Transport } from '../../shared/contract/endpoint.ts';
import type { RunSummary } from '../../shared/contract/run.ts';

/** More than anyone chooses from. */
const READ_AT_MOST = 2000;

/** Runs whose best checkpoints can be used, the newest first; archived ones can too, and come last. */
export async function finishedRuns(transport: Pick<Transport, 'invoke'>): Promise<readonly RunSummary[]> {
  const [active, archived] = await Promise.all(
    (['active', 'archived'] as const).map((shelf) =>
      transport.invoke('runs.list', { status: 'finished', shelf, limit: READ_AT_MOST }),
    ),
  );
  return [...(active?.runs ?? []), ...(archived?.runs ?? [])];
}
