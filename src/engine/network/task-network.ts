import type { LearningTask } from '../../shared/contract/learning-task.ts';
import { withDecoder, withLayerDecoders } from './decoder.ts';
import { withHead, type HeadOptions } from './head.ts';
import type { Network } from './layer.ts';

/** How many numbers an image becomes that is compared with another. */
const EMBEDDING = 64;

/** What rows of a task are told apart by, in place of the dataset's classes; empty where they are not. */
export function taskClasses({ kind }: LearningTask, classes: readonly string[]): readonly string[] {
  switch (kind) {
    case 'classify':
      return classes;
    case 'rotation':
      return ['0°', '90°', '180°', '270°'];
    case 'corruption':
      return ['original', 'corrupted'];
    case 'autoencoder':
    case 'pairs':
    case 'ranking':
      return [];
  }
}

/**
 * Puts upon a network what its task takes: a classifier, a vector of 64 numbers, a single score, or a decoder.
 *
 * @param options.classes of the dataset, for a task that learns them
 * @throws ThawError `usage.invalid` for a head that does not fit, or a network that the task does not
 */
export function taskNetwork(base: Network, { task, ...head }: HeadOptions & { readonly task: LearningTask }): Network {
  switch (task.kind) {
    case 'classify':
      return withHead(base, head);
    case 'rotation':
    case 'corruption':
      return withHead(base, { ...head, classes: taskClasses(task, []).length });
    case 'pairs':
      return withHead(base, { ...head, classes: EMBEDDING });
    case 'ranking':
      return withHead(base, { ...head, classes: 1 });
    case 'autoencoder':
      return task.layerwise ? withLayerDecoders(base) : withDecoder(base);
  }
}
