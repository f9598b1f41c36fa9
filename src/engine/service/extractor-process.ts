import { rm } from 'node:fs/promises';
import type { FeaturesResult } from '../../shared/contract/features.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { partialFile } from '../numpy/npz-writer.ts';
import type { ExtractorMessage, ExtractorRequest, FeaturesJob } from '../training/extractor-protocol.ts';
import { deviceEnvironment } from './device-environment.ts';
import { endingOf, forkEntry } from './fork-entry.ts';
import type { Task } from './tasks.ts';

/** How long a process that was asked to stop may still take; it asks itself between two images. */
const STOP_GRACE_MILLISECONDS = 10_000;

/**
 * Takes features in a process of its own, told from there how far it is.
 *
 * @param entry the process' entry file
 * @throws ThawError what the process met, `training.process` where it died; the signal's reason once it has stopped
 */
export async function runExtractor(entry: string, job: FeaturesJob, { signal, report }: Task): Promise<FeaturesResult> {
  const { child, tail } = forkEntry(entry, deviceEnvironment(job.plan.device));
  const outcome = Promise.withResolvers<FeaturesResult>();
  child.on('message', (received) => {
    const message = received as ExtractorMessage;
    switch (message.kind) {
      case 'event':
        if (message.body.kind === 'progress') report(message.body.done, message.body.total, message.body.detail);
        return;
      case 'written':
        outcome.resolve(message.result);
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
        `Taking features ends with a file; its process ended with ${endingOf(code, ended)}.`,
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
  send({ kind: 'extract', job });
  if (signal.aborted) stop();
  try {
    return await outcome.promise;
  } finally {
    clearTimeout(killer);
    signal.removeEventListener('abort', stop);
    // A process that died left it behind.
    if (child.pid !== undefined) await rm(partialFile(job.output, child.pid), { force: true });
  }
}
