import type { RunEventBody } from '../../../shared/contract/event.ts';
import { LABEL_STEPS } from '../../../shared/contract/label-mistakes.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { readRows, type ReadRows } from '../embedding/read-rows.ts';
import type { JudgedLabels, JudgingJob } from '../extractor-protocol.ts';
import { loadExtractor } from '../features-file/load-extractor.ts';
import { ProgressReporter } from '../progress.ts';
import { randomGenerator } from '../random.ts';
import { fitClassifier, probabilitiesOf } from './logistic-regression.ts';
import { foldsOf } from './folds.ts';
import { suspectsOf, type Suspect } from './suspects.ts';

/** Measured on photos whose labels were changed: more forgets what tells classes apart, less learns wrong labels by heart. */
const PENALTY = 0.01;
/** What a step costs is two multiply-adds for each row, feature and class; all folds together may cost so many. */
const MOST_WORK = 6e10;
const MOST_STEPS = 25;
/** From so few on a classifier says little of its classes. */
const FEWEST_OF_CLASS = 20;

interface Told {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** So many rows can be learnt from in each fold without taking too long. */
function affordable({ folds, classes }: JudgingJob, size: number): number {
  const ofRow = 2 * size * classes * MOST_STEPS * folds;
  return Math.max(FEWEST_OF_CLASS * classes, Math.floor(MOST_WORK / ofRow));
}

/** At most so many of the rows, of each class the same share but for those that are few. */
function chosenOf(rows: readonly number[], labels: Int32Array, most: number, seed: number): Int32Array {
  if (rows.length <= most) return Int32Array.from(rows);
  const random = randomGenerator(seed, most);
  const share = most / rows.length;
  return Int32Array.from(
    [...Map.groupBy(rows, (row) => labels[row] ?? 0).values()].flatMap((own) =>
      own
        .map((row) => ({ row, drawn: random() }))
        .sort((left, right) => left.drawn - right.drawn)
        .slice(0, Math.max(Math.min(FEWEST_OF_CLASS, own.length), Math.round(own.length * share)))
        .map(({ row }) => row),
    ),
  );
}

/** Classes whose images all show the same: without it nothing is known of them. */
function unjudgeable(labels: Int32Array, parts: Int32Array, classes: number): ReadonlySet<number> {
  const first = new Map<number, number>();
  const elsewhere = new Set<number>();
  for (const [row, label] of labels.entries()) {
    const part = parts[row] ?? 0;
    if ((first.get(label) ?? part) !== part) elsewhere.add(label);
    first.set(label, first.get(label) ?? part);
  }
  return new Set(Array.from({ length: classes }, (_, own) => own).filter((own) => !elsewhere.has(own)));
}

/**
 * Judges the label of each row by a classifier that has seen neither it nor what shows the same.
 *
 * @param read rows whose labels are those of `job.labels` at the places of `usable`
 * @throws the signal's reason
 */
async function judgeRows(
  { rows, usable }: ReadRows,
  job: JudgingJob,
  { signal, onProgress }: Told,
): Promise<Omit<JudgedLabels, 'layers' | 'skipped'>> {
  const { classes, folds, seed } = job;
  const labels = Int32Array.from(usable, (image) => job.labels[image] ?? 0);
  const parts = foldsOf(
    labels,
    Int32Array.from(usable, (image) => job.groups[image] ?? 0),
    folds,
    seed,
  );
  const probabilities = new Float32Array(labels.length * classes);
  const most = affordable(job, rows.size);
  const own = new Float64Array(classes);
  let fitted = 0;
  for (let fold = 0; fold < folds; fold += 1) {
    const others = [...labels.keys()].filter((row) => parts[row] !== fold);
    const chosen = chosenOf(others, labels, most, seed + fold);
    fitted = Math.max(fitted, chosen.length < others.length ? chosen.length : 0);
    const classifier = await fitClassifier(
      { rows, labels, classes, chosen, penalty: PENALTY },
      { signal, mostSteps: MOST_STEPS, onStep: (step) => onProgress(fold * MOST_STEPS + step, folds * MOST_STEPS) },
    );
    for (const row of labels.keys()) {
      if (parts[row] !== fold) continue;
      probabilitiesOf(rows, row, classifier, own);
      probabilities.set(own, row * classes);
    }
  }
  const unknown = unjudgeable(labels, parts, classes);
  const judged = (row: number): boolean => !unknown.has(labels[row] ?? 0);
  const right = [...labels.keys()].filter((row) => {
    const made = probabilities.subarray(row * classes, (row + 1) * classes);
    return made.every((probability) => probability <= (made[labels[row] ?? 0] ?? 0));
  });
  const suspects = suspectsOf({ classes, labels, probabilities, judged });
  const inList = (suspect: Suspect): Suspect => ({ ...suspect, image: usable[suspect.image] ?? 0 });
  return {
    images: labels.length,
    accuracy: right.length / labels.length,
    disagreed: suspects.length,
    suspects: suspects.slice(0, job.most).map(inList),
    unjudged: [...unknown].filter((label) => labels.includes(label)),
    fitted: fitted === 0 ? null : fitted,
  };
}

/**
 * Finds images whose label is hard to believe, by what a network makes of all of them. Features come from their cache where they
 * were computed before.
 *
 * @throws ThawError what is wrong with network, weights or images, `dataset.images` where too few can be read; the signal's reason
 */
export async function judgeLabels(
  job: JudgingJob,
  emit: (body: RunEventBody) => void,
  signal: AbortSignal,
): Promise<JudgedLabels> {
  const { images, folds } = job;
  const progress = new ProgressReporter(emit, 'features', 'image');
  const onWarning = (message: string): void => emit({ kind: 'warning', message });
  const extractor = await loadExtractor(job, 0, onWarning);
  let read: ReadRows;
  try {
    const onRead = (done: number): void => progress.report(done, images.length, LABEL_STEPS.features);
    read = await readRows(images, { job, extractor, signal, onWarning, onRead });
  } finally {
    extractor.session.dispose();
  }
  const classesRead = new Set(read.usable.map((image) => job.labels[image]));
  if (read.usable.length < folds || classesRead.size < 2) {
    throw new ThawError(
      'dataset.images',
      `Labels are judged in ${folds} parts, of at least two classes; ${read.usable.length} images of ${classesRead.size} ${classesRead.size === 1 ? 'class' : 'classes'} can be read.`,
      'Look at the files that cannot be read, or choose fewer folds.',
    );
  }
  const judging = new ProgressReporter(emit, 'features', 'image');
  const onProgress = (done: number, total: number): void =>
    judging.report(Math.floor((done / total) * images.length), images.length, LABEL_STEPS.judging);
  const judged = await judgeRows(read, job, { signal, onProgress });
  return { ...judged, layers: [...extractor.plan.cut], skipped: read.skipped };
}
