import { rm } from 'node:fs/promises';
import type { FeaturesResult } from '../../shared/contract/features.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { partialFile } from '../numpy/npz-writer.ts';
import type {
  EmbeddedImages,
  EmbeddingJob,
  ExtractorMessage,
  ExtractorRequest,
  FeaturesJob,
  JudgedLabels,
  JudgingJob,
} from '../training/extractor-protocol.ts';
import { deviceEnvironment } from './device-environment.ts';
import { endingOf, forkEntry } from './fork-entry.ts';
import type { Task } from './tasks.ts';

/** How long a process that was asked to stop may still take; it asks itself between two images. */
const STOP_GRACE_MILLISECONDS = 10_000;

/** What a request ends with. */
interface Answers {
  readonly extract: FeaturesResult;
  readonly embed: EmbeddedImages;
  readonly judge: JudgedLabels;
}
type Work = Exclude<ExtractorRequest, { kind: 'stop' }>;

/** @throws ThawError as `takeFeatures` */
async function askExtractor<Kind extends Work['kind']>(
  entry: string,
  work: Extract<Work, { kind: Kind }>,
  { signal, report }: Task,
  finish: (processId: number | undefined) => Promise<void>,
): Promise<Answers[Kind]> {
  const { child, tail } = forkEntry(entry, deviceEnvironment(work.job.plan.device));
  const outcome = Promise.withResolvers<Answers[Kind]>();
  child.on('message', (received) => {
    const message = received as ExtractorMessage;
    switch (message.kind) {
      case 'event':
        if (message.body.kind === 'progress') report(message.body.done, message.body.total, message.body.detail);
        return;
      case 'written':
      case 'embedded':
      case 'judged':
        // Each request has its own answer.
        outcome.resolve(message.result as Answers[Kind]);
        return;
      case 'failed':
        outcome.reject(ThawError.from(message.error));
    }
  });
  child.on('error', (error) => outcome.reject(error));
  child.on('close', (code, ended) =>
    outcome.reject(
      new ThawError(
        'training.process',
        `Taking features ends with an answer; its process ended with ${endingOf(code, ended)}.`,
        'What was computed is cached: try again. `thaw doctor` looks for a cause.',
        { cause: tail() },
      ),
    ),
  );
  const send = (request: ExtractorRequest): void => {
    if (child.connected) child.send(request, () => undefined);
  };
  let killer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    send({ kind: 'stop' });
    killer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MILLISECONDS);
  };
  signal.addEventListener('abort', stop);
  send(work);
  if (signal.aborted) stop();
  try {
    return await outcome.promise;
  } finally {
    clearTimeout(killer);
    signal.removeEventListener('abort', stop);
    await finish(child.pid);
  }
}

/**
 * Takes features in a process of its own, told from there how far it is.
 *
 * @param entry the process' entry file
 * @throws ThawError what the process met, `training.process` where it died; the signal's reason once it has stopped
 */
export function takeFeatures(entry: string, job: FeaturesJob, task: Task): Promise<FeaturesResult> {
  return askExtractor<'extract'>(entry, { kind: 'extract', job }, task, async (processId) => {
    // A process that died left it behind.
    if (processId !== undefined) await rm(partialFile(job.output, processId), { force: true });
  });
}

/** Brings images onto a plane, by their features, in a process of its own. @throws ThawError as `takeFeatures` */
export function placeImages(entry: string, job: EmbeddingJob, task: Task): Promise<EmbeddedImages> {
  return askExtractor<'embed'>(entry, { kind: 'embed', job }, task, () => Promise.resolve());
}

/** Finds labels that are hard to believe, in a process of its own. @throws ThawError as `takeFeatures` */
export function findSuspects(entry: string, job: JudgingJob, task: Task): Promise<JudgedLabels> {
  return askExtractor<'judge'>(entry, { kind: 'judge', job }, task, () => Promise.resolve());
}
