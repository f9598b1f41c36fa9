import type { RunEventBody } from '../../shared/contract/event.ts';
import { embedImages } from './embedding/embed-images.ts';
import type { ExtractorMessage, ExtractorRequest } from './extractor-protocol.ts';
import { extractFeatures } from './features-file/extract-features.ts';
import { judgeLabels } from './label-mistakes/judge-labels.ts';
import { serialized } from './serialized-error.ts';

/** Entry of the process that takes features: one job over the fork's channel, one answer. */
const stop = new AbortController();

/** Waits until the channel has taken the message, so that ending the process does not lose it. */
async function send(message: ExtractorMessage): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()) ?? resolve());
}

async function work(request: Exclude<ExtractorRequest, { kind: 'stop' }>): Promise<void> {
  const emit = (body: RunEventBody): void => void send({ kind: 'event', body });
  try {
    switch (request.kind) {
      case 'extract':
        await send({ kind: 'written', result: await extractFeatures(request.job, emit, stop.signal) });
        break;
      case 'embed':
        await send({ kind: 'embedded', result: await embedImages(request.job, emit, stop.signal) });
        break;
      case 'judge':
        await send({ kind: 'judged', result: await judgeLabels(request.job, emit, stop.signal) });
    }
  } catch (error) {
    await send({ kind: 'failed', error: serialized(error, 'Taking features') });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}

process.on('message', (request: ExtractorRequest) => {
  switch (request.kind) {
    case 'extract':
    case 'embed':
    case 'judge':
      void work(request);
      return;
    case 'stop':
      stop.abort();
  }
});
process.on('disconnect', () => stop.abort());
