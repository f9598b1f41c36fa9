import type { Session } from '../runtime/session.ts';
import type { BatchSource } from './batch-source.ts';
import { batches, inOrder } from './epoch-order.ts';
import { yieldToMessages } from './yield.ts';

export interface Evaluation {
  /** Mean per image. */
  readonly loss: number;
  /** Share in [0, 1]. */
  readonly accuracy: number;
}

/**
 * The mean loss and the accuracy on a split, nothing learning; dropout off, BatchNorm on its moving statistics.
 *
 * @param beforeBatch waited for before each batch, such as for a pause
 */
export async function evaluate(
  session: Session,
  source: BatchSource,
  batchSize: number,
  beforeBatch?: () => Promise<void>,
): Promise<Evaluation> {
  let lossSum = 0;
  let hits = 0;
  for await (const { feeds } of source.feeds(batches(inOrder(source.count), batchSize))) {
    await beforeBatch?.();
    const { loss_sum, hits: batchHits } = session.run('evaluate', feeds);
    lossSum += loss_sum?.data[0] ?? NaN;
    hits += batchHits?.data[0] ?? NaN;
    await yieldToMessages();
  }
  return { loss: lossSum / source.count, accuracy: hits / source.count };
}
