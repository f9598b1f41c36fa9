import { ThawError, type SerializedError } from '../../shared/errors/thaw-error.ts';
import { endingOf, forkEntry } from './fork-entry.ts';
import type { Task } from './tasks.ts';
import { watchMemory, type MemoryBound } from './watch-memory.ts';

type Message<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly error: SerializedError }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly detail: string };

/**
 * Asks a process of its own, which answers once and ends: TensorFlow never runs where the log lives.
 *
 * @param doing what fails when the process ends without an answer, to begin the message: `Looking at a layer`
 * @param signal ends the process, and this with the signal's reason
 * @param bound ends the process that takes more memory, and this with the bound's reason
 * @param report is told how far a process is that says so
 * @param environment what it finds in its environment; this process' own by default
 * @throws ThawError what the process answered, or `training.process` where it ended without an answer
 */
export async function askProcess<Answer>(
  entry: string,
  job: object,
  doing: string,
  signal?: AbortSignal,
  bound?: MemoryBound,
  report?: Task['report'],
  environment?: NodeJS.ProcessEnv,
): Promise<Answer> {
  signal?.throwIfAborted();
  const { child, tail } = forkEntry(entry, environment);
  const outcome = Promise.withResolvers<Answer>();
  const endWith = (reason: unknown): void => {
    outcome.reject(reason);
    child.kill('SIGKILL');
  };
  const end = (): void => endWith(signal?.reason);
  const unwatch = bound && child.pid !== undefined ? watchMemory(child.pid, bound, endWith) : null;
  signal?.addEventListener('abort', end, { once: true });
  child.on('message', (received) => {
    const message = received as Message<Answer>;
    switch (message.kind) {
      case 'progress':
        report?.(message.done, message.total, message.detail);
        return;
      case 'answered':
        outcome.resolve(message.answer);
        return;
      case 'failed':
        outcome.reject(ThawError.from(message.error));
    }
  });
  child.on('error', (error) => outcome.reject(error));
  child.on('close', (code, killed) => {
    signal?.removeEventListener('abort', end);
    unwatch?.();
    outcome.reject(
      new ThawError(
        'training.process',
        `${doing} ends with an answer; the process ended with ${endingOf(code, killed)}.`,
        '`thaw doctor` looks for a cause.',
        { cause: tail() },
      ),
    );
  });
  child.send(job, () => undefined);
  return outcome.promise;
}
