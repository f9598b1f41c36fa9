import type { OwnClassifier } from './own-classifier.ts';

/** Whose classes meet: those of the weights where they say any, and those that the new head is to tell apart. */
export interface HeadClasses {
  /** By name and in their order; a count where only that is known. */
  readonly wanted: readonly string[] | number;
  /** Outputs of the new head: as many as classes or, of a sigmoid, one. */
  readonly outputs: number;
  /** By name and in their order; null where the weights do not name them. */
  readonly own: readonly string[] | null;
  /** Whether the head is to begin anew whatever the weights hold. */
  readonly anew: boolean;
}

/** What becomes of the head, and why, as a sentence. */
export interface HeadChoice {
  readonly kept: boolean;
  readonly reason: string;
  /** It rests on a count alone: nobody says that these are the same classes. */
  readonly uncertain: boolean;
}

const MOST_NAMED = 4;

function some(names: readonly string[]): string {
  return names.length > MOST_NAMED
    ? `${names.slice(0, MOST_NAMED).join(', ')}, ... (${names.length})`
    : names.join(', ');
}

/** The same names in the same order. */
function areSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}

function outputs(count: number): string {
  return count === 1 ? 'one output' : `${count} outputs`;
}

/**
 * Whether the weights' own classifier goes on as the head: where its classes are the same ones, by name and order as far as
 * they are named.
 *
 * @param classifier null where the weights bring none of these features
 */
export function chooseHead(classifier: OwnClassifier | null, classes: HeadClasses): HeadChoice {
  const anew = (why: string): HeadChoice => ({
    kept: false,
    reason: `The head begins anew: ${why}.`,
    uncertain: false,
  });
  const { wanted, own } = classes;
  if (classes.anew) return anew('so the plan says');
  if (!classifier) return anew('the weights hold no classifier of these features');
  if (own && typeof wanted !== 'number' && !areSame(own, wanted))
    return anew(`the classes of the weights are ${some(own)}, and those of the dataset ${some(wanted)}`);
  if (classifier.outputs !== classes.outputs)
    return anew(
      `the classifier of the weights has ${outputs(classifier.outputs)}, and the new one ${outputs(classes.outputs)}`,
    );
  if (own && typeof wanted !== 'number')
    return {
      kept: true,
      reason: 'The head is that of the weights, whose classes are those of the dataset.',
      uncertain: false,
    };
  return {
    kept: true,
    reason: `The head is that of the weights, which have ${outputs(classifier.outputs)} too and do not name their classes: where those are others, let it begin anew.`,
    uncertain: true,
  };
}
