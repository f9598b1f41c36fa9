import type { ClassWeights } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Dataset } from '../dataset/dataset.ts';

/** Long lists of classes are for the dataset's own view. */
const MOST_TOLD = 20;

type Classified = Pick<Dataset, 'classes' | 'images'>;

function balanced({ classes, images }: Classified): readonly number[] {
  const counts = classes.map(() => 0);
  for (const { split, label } of images) if (split === 'train') counts[label] = (counts[label] ?? 0) + 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  // A class without training images weighs on nothing.
  return counts.map((count) => (count === 0 ? 1 : total / (present * count)));
}

/**
 * What the training images of each class count, in the order of the classes; null where all count alike.
 *
 * @throws ThawError `usage.invalid` for the name of a class that the dataset does not have
 */
export function weightsOfClasses(classWeights: ClassWeights | null, dataset: Classified): readonly number[] | null {
  if (classWeights === null) return null;
  if (classWeights.kind === 'balanced') return balanced(dataset);
  const { classes } = dataset;
  const weights = new Map(Object.entries(classWeights.weights));
  const unknown = [...weights.keys()].filter((name) => !classes.includes(name));
  if (unknown.length > 0) {
    const told = classes.slice(0, MOST_TOLD).join(', ');
    const more = classes.length > MOST_TOLD ? ` and ${classes.length - MOST_TOLD} more` : '';
    throw new ThawError(
      'usage.invalid',
      `Class weights are given to classes of the dataset (${told}${more}); received '${unknown.join("', '")}'.`,
      'Write the classes as their folders are called.',
    );
  }
  return classes.map((name) => weights.get(name) ?? 1);
}
