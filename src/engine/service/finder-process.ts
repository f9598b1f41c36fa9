import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { FinderMessage, FinderRequest, Searches, SearchKind } from '../training/finder/finder-protocol.ts';
import { inTrainersPlace } from '../experiment/trainer-lock.ts';
import type { ServiceContext } from './context.ts';
import { deviceEnvironment } from './device-environment.ts';
import { endingOf, forkEntry } from './fork-entry.ts';
import { withSearchFolder } from './search-folder.ts';
import type { Task } from './tasks.ts';

/** How long a process that was asked to stop may still take: it asks itself between two steps, which may be long. */
const STOP_GRACE_MILLISECONDS = 3000;

const DOING: Readonly<Record<SearchKind, string>> = {
  rate: 'the search for a learning rate',
  batchSize: 'the search for a batch size',
  gradients: "the look at a run's gradients",
};

/** What the searches' process is given beside what the engine gives each. */
type Job<Kind extends SearchKind> = Omit<Searches[Kind]['job'], 'runDirectory'>;

async function ask<Kind extends SearchKind>(
  entry: string,
  kind: Kind,
  job: Searches[Kind]['job'],
  { signal, report }: Task,
): Promise<Searches[Kind]['answer']> {
  const { child, tail } = forkEntry(entry, deviceEnvironment(job.plan.device));
  const outcome = Promise.withResolvers<Searches[Kind]['answer']>();
  const closed = Promise.withResolvers<undefined>();
  child.on('message', (received) => {
    const message = received as FinderMessage;
    switch (message.kind) {
      case 'event': {
        const { body } = message;
        if (body.kind !== 'progress') return;
        const detail = body.phase === 'train' ? body.detail : body.detail || `phase ${body.phase}`;
        report(body.done, body.total, detail, body.unit);
        return;
      }
      case 'found':
        // Each request has its own answer.
        outcome.resolve(message.answer);
        return;
      case 'failed':
        outcome.reject(ThawError.from(message.error));
    }
  });
  child.on('error', (error) => {
    outcome.reject(error);
    if (child.pid === undefined) closed.resolve(undefined);
  });
  child.on('close', (code, ended) => {
    closed.resolve(undefined);
    outcome.reject(
      new ThawError(
        'training.process',
        `A search ends with an answer; its process ended with ${endingOf(code, ended)}.`,
        'Where the memory ran out, try a smaller batch. `thaw doctor` looks for another cause.',
        { cause: tail() },
      ),
    );
  });
  const send = (request: FinderRequest): void => {
    if (child.connected) child.send(request, () => undefined);
  };
  let killer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    send({ kind: 'stop' });
    killer ??= setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MILLISECONDS);
  };
  signal.addEventListener('abort', stop);
  // Each kind has its own job.
  send({ kind, job } as FinderRequest);
  if (signal.aborted) stop();
  try {
    return await outcome.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    // With its answer told, nobody waits for TensorFlow to tidy up; but the place is taken until it is gone.
    killer ??= setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MILLISECONDS);
    await closed.promise;
    clearTimeout(killer);
  }
}

/**
 * Tries steps in a process of its own, in the trainer's place. It is given a folder that goes again with it, and writes
 * nothing to a run's.
 *
 * @throws ThawError `run.busy` where a trainer is at work, what the process met, `training.process` where it died; the
 *   signal's reason once it has stopped
 */
export async function searchInProcess<Kind extends SearchKind>(
  context: ServiceContext,
  kind: Kind,
  job: Job<Kind>,
  task: Task,
): Promise<Searches[Kind]['answer']> {
  try {
    return await inTrainersPlace(context.log, DOING[kind], () => {
      context.predictors.retire();
      context.previews.retire();
      return withSearchFolder(context.cache, (runDirectory) =>
        // What is left out of a job is put back.
        ask(context.entries.finder, kind, { ...job, runDirectory } as Searches[Kind]['job'], task),
      );
    });
  } finally {
    context.queue.look();
  }
}
