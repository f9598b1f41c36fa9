import type { Session } from '../runtime/session.ts';
import type { BatchSource } from './batch-source.ts';
import { batches, inOrder, type EpochOrder } from './epoch-order.ts';
import { yieldToMessages } from './yield.ts';

/** All probabilities are kept of so many images and classes: 64 MiB of them. */
export const MOST_PROBABILITIES = 2 ** 24;

/** What a network makes of each image that was looked at, in their order. */
export interface Predictions {
  /** The class that the accuracy is counted by. */
  readonly predicted: Int32Array;
  /** Of that class. */
  readonly probability: Float32Array;
  /** [images, classes] row-major; null where they would be too many to be kept. */
  readonly probabilities: Float32Array | null;
}

export interface Evaluation {
  /** Mean per image. */
  readonly loss: number;
  /** Share in [0, 1]; of a task that has none it says nothing. */
  readonly accuracy: number;
  /** null where the task has no classes. */
  readonly predictions: Predictions | null;
}

/**
 * The mean loss and the accuracy on a split, and what is made of each image, nothing learning; dropout off, BatchNorm on its
 * moving statistics.
 *
 * @param options.classes how many there are; 0 for a task without
 * @param options.order which images, one after the other; all of the split unless given
 * @param options.beforeBatch waited for before each batch, such as for a pause
 */
export async function evaluate(
  session: Session,
  source: BatchSource,
  options: {
    readonly batchSize: number;
    readonly classes: number;
    readonly order?: EpochOrder | undefined;
    readonly beforeBatch?: (() => Promise<void>) | undefined;
  },
): Promise<Evaluation> {
  const { batchSize, classes, beforeBatch } = options;
  const { order = inOrder(source.count) } = options;
  const count = order.rows.length;
  const predicted = new Int32Array(count);
  const probability = new Float32Array(count);
  const all = count * classes <= MOST_PROBABILITIES ? new Float32Array(count * classes) : null;
  let lossSum = 0;
  let hits = 0;
  let done = 0;
  for await (const { rows, feeds } of source.feeds(batches(order, batchSize))) {
    await beforeBatch?.();
    const output = session.run('evaluate', feeds);
    lossSum += output['loss_sum']?.data[0] ?? NaN;
    hits += output['hits']?.data[0] ?? NaN;
    await yieldToMessages();
    if (classes === 0) continue;
    const own = output['probabilities']?.data;
    const classOf = output['predicted']?.data;
    if (!(own instanceof Float32Array) || !(classOf instanceof Int32Array)) {
      throw new TypeError('The program gave no predictions.');
    }
    rows.forEach((_, index) => {
      const winner = classOf[index] ?? 0;
      predicted[done + index] = winner;
      probability[done + index] = own[index * classes + winner] ?? NaN;
    });
    all?.set(own.subarray(0, rows.length * classes), done * classes);
    done += rows.length;
  }
  return {
    loss: lossSum / count,
    accuracy: hits / count,
    predictions: classes === 0 ? null : { predicted, probability, probabilities: all },
  };
}
