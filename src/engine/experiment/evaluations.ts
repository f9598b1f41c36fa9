import type Database from 'better-sqlite3';
import type { ConfusionCell, RunEvaluation, RunEvaluations } from '../../shared/contract/evaluation.ts';
import { SPLITS } from '../../shared/contract/splits.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

type Split = (typeof SPLITS)[number];

/** What a run made of the images of a split, as the log keeps it. */
export interface StoredEvaluation {
  readonly split: Split;
  readonly epoch: number;
  readonly step: number;
  readonly images: number;
  readonly accuracy: number | null;
  readonly loss: number | null;
  /** Of each image, relative to the run's folder, with `/`. */
  readonly path: string;
}

/**
 * Notes what a run made of the images of a split, in place of what it made of them before.
 *
 * @returns the files of those before, relative to the run's folder, of which the log knows no more
 * @throws ThawError `run.unknown`, `disk.full`
 */
export function writeEvaluation(
  log: Log,
  runId: string,
  evaluation: StoredEvaluation & { readonly confusion: readonly ConfusionCell[] },
): readonly string[] {
  const { confusion, ...head } = evaluation;
  return log.write('note the evaluation', (database) => {
    const run = findRun(database, runId).number;
    const before = database
      .prepare<[number, string, number], string>(
        'SELECT path FROM evaluation WHERE run = ? AND split = ? AND (own = 1 OR step = ?)',
      )
      .pluck()
      .all(run, head.split, head.step);
    database
      .prepare('DELETE FROM evaluation WHERE run = ? AND split = ? AND (own = 1 OR step = ?)')
      .run(run, head.split, head.step);
    const { lastInsertRowid } = database
      .prepare(
        `INSERT INTO evaluation (run, split, step, epoch, images, accuracy, loss, path, created_at)
         VALUES (:run, :split, :step, :epoch, :images, :accuracy, :loss, :path, :now)`,
      )
      // SQLite has no NaN.
      .run({ ...head, loss: Number.isNaN(head.loss) ? null : head.loss, run, now: Date.now() });
    const add = database.prepare('INSERT INTO confusion (evaluation, label, predicted, images) VALUES (?, ?, ?, ?)');
    for (const { label, predicted, images } of confusion) add.run(lastInsertRowid, label, predicted, images);
    return before.filter((path) => path !== head.path);
  });
}

interface Row extends StoredEvaluation {
  readonly number: number;
}

function evaluationRows(database: Database.Database, run: number): readonly Row[] {
  const rows = database
    .prepare<[number], Row>(
      `SELECT number, split, epoch, step, images, accuracy, loss, path FROM evaluation WHERE run = ? AND own = 1
       ORDER BY number DESC`,
    )
    .all(run);
  return SPLITS.flatMap((split) => rows.find((row) => row.split === split) ?? []);
}

/** What a run itself kept of its splits, of its best checkpoint, at most one of each. @throws ThawError `run.unknown` */
export function readStoredEvaluations(log: Log, runId: string): readonly StoredEvaluation[] {
  return log.read('read the evaluations', (database) => evaluationRows(database, findRun(database, runId).number));
}

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

/** What each class came to, in the order of the classes. */
export function classFigures(
  classes: readonly string[],
  confusion: readonly ConfusionCell[],
): RunEvaluation['classes'] {
  const figures = classes.map((name) => ({ name, images: 0, predicted: 0, correct: 0 }));
  for (const { label, predicted, images } of confusion) {
    const [own, taken] = [figures[label], figures[predicted]];
    if (own) own.images += images;
    if (taken) taken.predicted += images;
    if (own && label === predicted) own.correct += images;
  }
  return figures.map((figure) => ({
    ...figure,
    precision: share(figure.correct, figure.predicted),
    recall: share(figure.correct, figure.images),
    f1: share(2 * figure.correct, figure.predicted + figure.images),
  }));
}

function readOne(database: Database.Database, run: number, { number, ...row }: Row): RunEvaluation {
  const { split, epoch, step, images, accuracy, loss } = row;
  const confusion = database
    .prepare<[number], ConfusionCell>(
      'SELECT label, predicted, images FROM confusion WHERE evaluation = ? ORDER BY label, predicted',
    )
    .all(number);
  const classes = database
    .prepare<[number], string>('SELECT name FROM run_class WHERE run = ? ORDER BY position')
    .pluck()
    .all(run);
  return { split, epoch, step, images, accuracy, loss, classes: classFigures(classes, confusion), confusion };
}

export const NO_EVALUATION: RunEvaluations = { splits: [], evaluation: null };

/** What a run made of a split, with the splits that it kept any of. */
export function readEvaluationOf(database: Database.Database, run: number, split: Split): RunEvaluations {
  const rows = evaluationRows(database, run);
  const row = rows.find((own) => own.split === split);
  return { splits: rows.map((own) => own.split), evaluation: row ? readOne(database, run, row) : null };
}

/** @throws ThawError `run.unknown` */
export function readEvaluation(log: Log, runId: string, split: Split): RunEvaluations {
  return log.read('read the evaluation', (database) =>
    readEvaluationOf(database, findRun(database, runId).number, split),
  );
}
