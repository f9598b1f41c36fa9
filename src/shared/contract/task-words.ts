import type { LearningTask } from './learning-task.ts';

/** What is learnt, for people; null for classes, which is usual. */
export function taskWords(task: LearningTask): string | null {
  switch (task.kind) {
    case 'classify':
      return null;
    case 'rotation':
      return 'by how many quarters an image was turned';
    case 'corruption':
      return 'whether an image was corrupted';
    case 'pairs':
      return `whether two images are of one class, by a margin of ${task.margin}`;
    case 'ranking':
      return `to score an image above its corrupted one, by a margin of ${task.margin}`;
    case 'autoencoder': {
      const noise = task.noise === 0 ? '' : `, ${Number((task.noise * 100).toFixed(2))} % of it set to zero`;
      return task.layerwise
        ? `to give the input of each layer again, one after the other${noise}`
        : `to give the image again${noise}`;
    }
  }
}
