import { serialized } from '../serialized-error.ts';
import { findBatchSize } from './find-batch-size.ts';
import { findRate } from './find-rate.ts';
import type { FinderMessage, FinderRequest } from './finder-protocol.ts';
import { measureGradients } from './measure-gradients.ts';
import type { Searching } from './prepare-search.ts';

/** Entry of the process that tries steps which belong to no run: one job over the fork's channel, one answer. */
const stop = new AbortController();

/** Waits until the channel has taken the message, so that ending the process does not lose it. */
async function send(message: FinderMessage): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()) ?? resolve());
}

async function search(request: Exclude<FinderRequest, { kind: 'stop' }>): Promise<FinderMessage> {
  const searching: Searching = { signal: stop.signal, emit: (body) => void send({ kind: 'event', body }) };
  switch (request.kind) {
    case 'rate':
      return { kind: 'found', answer: await findRate(request.job, searching) };
    case 'batchSize':
      return { kind: 'found', answer: await findBatchSize(request.job, searching) };
    case 'gradients':
      return { kind: 'found', answer: await measureGradients(request.job, searching) };
  }
}

async function work(request: Exclude<FinderRequest, { kind: 'stop' }>): Promise<void> {
  try {
    await send(await search(request));
  } catch (error) {
    await send({ kind: 'failed', error: serialized(error, 'The search') });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}

process.on('message', (request: FinderRequest) => {
  if (request.kind === 'stop') stop.abort();
  else void work(request);
});
process.on('disconnect', () => stop.abort());
