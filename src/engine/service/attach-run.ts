import type { Request } from '../../shared/contract/endpoint.ts';
import type { RunSnapshot } from '../../shared/contract/run-snapshot.ts';
import { readRunState } from '../experiment/run-reader.ts';
import type { ServiceContext } from './context.ts';

/**
 * Where a run is now. What is told after `sequence` goes on from it without a gap; a run of another process is told from
 * the log alone.
 *
 * @throws ThawError `run.unknown`
 */
export function attachRun(context: ServiceContext, { runId }: Request<'runs.attach'>): RunSnapshot {
  const refused = context.refused.get(runId);
  const { summary, history, bestEpoch, warnings } = refused
    ? { ...refused.result, summary: refused.summary }
    : readRunState(context.log, runId);
  const told = context.events.lastTold(runId);
  // The log's writer pauses between batches: what was told meanwhile is not there yet.
  const fresh = new Map(told.epochs.map((metrics) => [metrics.epoch, metrics]));
  return {
    sequence: told.sequence,
    status: summary.status,
    epochs: summary.epochs,
    history: [...history.filter(({ epoch }) => !fresh.has(epoch)), ...fresh.values()].sort(
      (left, right) => left.epoch - right.epoch,
    ),
    bestEpoch: told.bestEpoch ?? bestEpoch,
    progress: told.progress,
    step: told.step,
    warnings,
  };
}
