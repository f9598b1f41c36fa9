import type { NetworkCheck } from '../../shared/contract/network-check.ts';
import { ThawError, type SerializedError } from '../../shared/errors/thaw-error.ts';
import { checkReference } from './check-reference.ts';
import { readReference } from './reference-file.ts';

/** What the process is asked once: the path of a reference. */
export interface CheckJob {
  readonly path: string;
}

export type CheckMessage =
  | { readonly kind: 'answered'; readonly answer: NetworkCheck }
  | { readonly kind: 'failed'; readonly error: SerializedError };

// GPUs would shorten float32 to TF32 in products, which is further from a reference than another library's rounding.
process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';

async function answer({ path }: CheckJob): Promise<CheckMessage> {
  try {
    return { kind: 'answered', answer: await checkReference(await readReference(path)) };
  } catch (error) {
    if (error instanceof ThawError) return { kind: 'failed', error: error.toJSON() };
    throw error;
  }
}

/** Entry of a process that holds one network to a reference, answers, and ends; what is unforeseen ends it without. */
process.once('message', (job: CheckJob) => {
  void answer(job).then((message) => process.send?.(message, undefined, undefined, () => process.exit()));
});
// Whoever asked is gone.
process.once('disconnect', () => process.exit());
