import type { ExtractorMessage, ExtractorRequest, FeaturesJob } from './extractor-protocol.ts';
import { extractFeatures } from './features-file/extract-features.ts';
import { serialized } from './serialized-error.ts';

/** Entry of the process that takes features: one job over the fork's channel, one answer. */
const stop = new AbortController();

/** Waits until the channel has taken the message, so that ending the process does not lose it. */
async function send(message: ExtractorMessage): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()) ?? resolve());
}

async function extract(job: FeaturesJob): Promise<void> {
  try {
    await send({
      kind: 'written',
      result: await extractFeatures(job, (body) => void send({ kind: 'event', body }), stop.signal),
    });
  } catch (error) {
    await send({ kind: 'failed', error: serialized(error, 'Taking features') });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}

process.on('message', (request: ExtractorRequest) => {
  switch (request.kind) {
    case 'extract':
      void extract(request.job);
      return;
    case 'stop':
      stop.abort();
  }
});
process.on('disconnect', () => stop.abort());
