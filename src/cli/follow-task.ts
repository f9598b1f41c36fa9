import { randomUUID } from 'node:crypto';
import type { Transport } from '../shared/contract/endpoint.ts';
import type { Phase } from '../shared/contract/event.ts';
import { ThawError } from '../shared/errors/thaw-error.ts';
import { progressDisplay } from './output/progress.ts';
import { onStopSignal, SIGNAL_EXIT_CODES, type StopSignal } from './stop-signals.ts';

export type TaskOutcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  /** By Ctrl+C or the like. */
  | { readonly kind: 'cancelled'; readonly exitCode: number };

/**
 * Follows long work from its start to its end: shows how far it is, and passes Ctrl+C on. Asked again, the process ends.
 *
 * @param begin starts the work under the id it is given
 * @param phase what the work is, once it tells nothing of how it is prepared
 */
export async function followTask<Result>(
  engine: Transport,
  begin: (taskId: string) => Promise<Result>,
  phase: Phase,
): Promise<TaskOutcome<Result>> {
  const taskId = randomUUID();
  const display = progressDisplay(process.stderr);
  const stopped: { by: StopSignal | null } = { by: null };
  const unsubscribe = engine.subscribe('task', (event) => {
    if (event.taskId !== taskId || stopped.by !== null) return;
    display.show({ kind: 'progress', phase: event.detail === '' ? phase : 'prepare', ...event });
  });
  const unlisten = onStopSignal((signal) => {
    if (stopped.by !== null) process.exit(SIGNAL_EXIT_CODES[signal]);
    stopped.by = signal;
    display.clear();
    process.stderr.write('Stopping; Ctrl+C again ends at once.\n');
    // What has just ended by itself has nothing left to cancel.
    engine.invoke('task.cancel', { taskId }).catch(() => undefined);
  });
  try {
    return { kind: 'done', result: await begin(taskId) };
  } catch (error) {
    if (stopped.by === null || !(error instanceof ThawError) || error.code !== 'task.cancelled') throw error;
    return { kind: 'cancelled', exitCode: SIGNAL_EXIT_CODES[stopped.by] };
  } finally {
    display.clear();
    unsubscribe();
    unlisten();
  }
}
