import type { EnsembleFigures } from '../../../shared/contract/ensemble.ts';
import { yieldToMessages } from '../yield.ts';
import type { KeptProbabilities } from './read-predictions.ts';
import type { SharedImage } from './side-by-side.ts';

/** Keras' epsilon: a class that was thought impossible costs 16, not infinitely much. */
const SMALLEST_PROBABILITY = 1e-7;
const ROWS_AT_ONCE = 4096;

/** Figures over images that are added one by one. */
class Tally {
  #right = 0;
  #loss = 0;
  #images = 0;

  /** @param probabilities of the classes; the first of the largest is what the image is taken for */
  add(probabilities: Float64Array, label: number): void {
    let most = 0;
    for (let place = 1; place < probabilities.length; place += 1) {
      if ((probabilities[place] ?? 0) > (probabilities[most] ?? 0)) most = place;
    }
    this.#right += Number(most === label);
    this.#loss -= Math.log(Math.max(SMALLEST_PROBABILITY, probabilities[label] ?? 0));
    this.#images += 1;
  }

  get figures(): EnsembleFigures {
    const images = Math.max(1, this.#images);
    return { accuracy: this.#right / images, logLoss: this.#loss / images };
  }
}

export interface AveragedPredictions {
  readonly images: number;
  readonly leftOut: number;
  /** In the runs' order. */
  readonly each: readonly EnsembleFigures[];
  readonly mean: EnsembleFigures;
}

/**
 * The figures of each run, and of the weighted mean of their probabilities, over the images that all were evaluated on.
 *
 * @param runs with the same classes by name, in whatever order
 * @param images of them, side by side
 * @param weights of the runs, which sum to 1
 */
export async function averagePredictions(
  runs: readonly KeptProbabilities[],
  images: readonly SharedImage[],
  weights: readonly number[],
): Promise<AveragedPredictions> {
  const classes = runs[0]?.classes ?? [];
  const places = runs.map((run) => classes.map((name) => run.classes.indexOf(name)));
  const tallies = runs.map(() => new Tally());
  const together = new Tally();
  let counted = 0;
  for (const [index, { rows, label: name }] of images.entries()) {
    if (index % ROWS_AT_ONCE === 0) await yieldToMessages();
    const isShared = rows.every((row, run) => row !== null && labelOf(runs[run], row) === name);
    if (!isShared) continue;
    counted += 1;
    const label = classes.indexOf(name);
    const mean = new Float64Array(classes.length);
    for (const [run, row] of rows.entries()) {
      const own = probabilitiesOf(runs[run], row ?? 0, places[run] ?? []);
      own.forEach((probability, place) => {
        mean[place] = (mean[place] ?? 0) + probability * (weights[run] ?? 0);
      });
      tallies[run]?.add(own, label);
    }
    together.add(mean, label);
  }
  return {
    images: counted,
    leftOut: images.length - counted,
    each: tallies.map(({ figures }) => figures),
    mean: together.figures,
  };
}

function labelOf(run: KeptProbabilities | undefined, row: number): string {
  return run?.classes[run.labels[row] ?? -1] ?? '';
}

/** A row of a run's probabilities, in the order of the first run's classes. */
function probabilitiesOf(run: KeptProbabilities | undefined, row: number, places: readonly number[]): Float64Array {
  const { length } = places;
  return Float64Array.from(places, (place) => run?.probabilities[row * length + place] ?? 0);
}
