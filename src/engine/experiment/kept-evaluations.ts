import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { EvaluationReport } from '../../shared/contract/evaluate.ts';
import { evaluationReport } from '../../shared/contract/evaluate.ts';
import type { ConfusionCell } from '../../shared/contract/evaluation.ts';
import { datasetSource, type DatasetSource } from '../../shared/contract/plan.ts';
import { SPLITS } from '../../shared/contract/splits.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

/** What was left out, and what is to be known before the figures are believed. */
export type EvaluationTold = Pick<EvaluationReport, 'leftOut' | 'warnings'>;
const told = evaluationReport.pick({ leftOut: true, warnings: true });

export const NOTHING_TOLD: EvaluationTold = {
  leftOut: { unlabelled: 0, unknownClass: [], unreadable: [] },
  warnings: [],
};

/** What a checkpoint made of some images, as the log keeps it. */
export interface KeptEvaluation {
  readonly evaluationId: number;
  /** null for a folder that is no split of the run's dataset. */
  readonly split: (typeof SPLITS)[number] | null;
  /** That folder; null for a split. */
  readonly dataset: DatasetSource | null;
  /** Whether the folder was named on another machine, whoever had it: nobody chose it here. */
  readonly isElsewhere: boolean;
  readonly epoch: number;
  readonly step: number;
  readonly images: number;
  readonly accuracy: number | null;
  readonly loss: number | null;
  readonly createdAt: number;
  /** Of each image, relative to the run's folder, with `/`. */
  readonly path: string;
  readonly told: EvaluationTold;
}

interface Row extends Omit<KeptEvaluation, 'split' | 'dataset' | 'isElsewhere' | 'told'> {
  readonly split: string;
  readonly dataset: string | null;
  readonly told: string | null;
}

const COLUMNS = `number AS evaluationId, split, dataset, epoch, step, images, accuracy, loss, created_at AS createdAt,
  path, told`;
const splitName = z.enum(SPLITS);
const datasetElsewhere = z.strictObject({ elsewhere: datasetSource });

/** What is stored as JSON may have come with a run from elsewhere. */
function parsed<Value>(schema: z.ZodType<Value>, text: string | null): Value | null {
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function datasetOf(text: string | null): Pick<KeptEvaluation, 'dataset' | 'isElsewhere'> {
  const here = parsed(datasetSource, text);
  const there = here ? null : parsed(datasetElsewhere, text);
  return { dataset: here ?? there?.elsewhere ?? null, isElsewhere: there !== null };
}

function keptOf({ split, dataset, told: text, ...row }: Row): KeptEvaluation {
  return {
    ...row,
    // Of other images than the run's own of that split, a hash of them follows its name.
    split: splitName.safeParse(split.split('-', 1)[0]).data ?? null,
    ...datasetOf(dataset),
    told: parsed(told, text) ?? NOTHING_TOLD,
  };
}

/** All evaluations that are kept of a run, the newest first. @throws ThawError `run.unknown` */
export function listKeptEvaluations(log: Log, runId: string): readonly KeptEvaluation[] {
  return log.read('read the evaluations', (database) =>
    database
      .prepare<[number], Row>(`SELECT ${COLUMNS} FROM evaluation WHERE run = ? ORDER BY created_at DESC, number DESC`)
      .all(findRun(database, runId).number)
      .map(keptOf),
  );
}

/** @throws ThawError `run.unknown`; `usage.noMatch` for an evaluation that the run has not */
export function readKeptEvaluation(log: Log, runId: string, evaluationId: number): KeptEvaluation {
  const found = log.read('read the evaluation', (database) =>
    database
      .prepare<[number, number], Row>(`SELECT ${COLUMNS} FROM evaluation WHERE run = ? AND number = ?`)
      .get(findRun(database, runId).number, evaluationId),
  );
  if (found) return keptOf(found);
  throw new ThawError(
    'usage.noMatch',
    `An evaluation is named by its number; run '${runId}' has none of number ${evaluationId}.`,
    `See them with \`thaw evaluate --run ${runId} --list\`; one that was made again has another number.`,
  );
}

function addConfusion(database: Database.Database, evaluation: number, confusion: readonly ConfusionCell[]): void {
  const add = database.prepare('INSERT INTO confusion (evaluation, label, predicted, images) VALUES (?, ?, ?, ?)');
  for (const { label, predicted, images } of confusion) add.run(evaluation, label, predicted, images);
}

/** An evaluation that was asked for. */
export interface AskedEvaluation extends Omit<KeptEvaluation, 'evaluationId' | 'split' | 'isElsewhere' | 'createdAt'> {
  /** A split or what a folder is called by; of other images than the run's own of that split, with `-` and their key. */
  readonly split: string;
  readonly confusion: readonly ConfusionCell[];
}

/**
 * Notes what a checkpoint made of some images, in place of what it made of the same ones before. What the run itself kept of
 * its split stays what is told of the run, with these figures.
 *
 * @returns its number, and the files of those before of which the log knows no more, relative to the run's folder
 * @throws ThawError `run.unknown`, `disk.full`, `disk.readOnly`
 */
export function writeAskedEvaluation(
  log: Log,
  runId: string,
  { confusion, dataset, told: toTell, ...head }: AskedEvaluation,
): { readonly evaluationId: number; readonly replaced: readonly string[] } {
  return log.write('note the evaluation', (database) => {
    const run = findRun(database, runId).number;
    const before = database
      .prepare<[number, string, number], { readonly path: string; readonly own: number }>(
        'SELECT path, own FROM evaluation WHERE run = ? AND split = ? AND step = ?',
      )
      .get(run, head.split, head.step);
    database.prepare('DELETE FROM evaluation WHERE run = ? AND split = ? AND step = ?').run(run, head.split, head.step);
    const { lastInsertRowid } = database
      .prepare(
        `INSERT INTO evaluation (run, split, step, epoch, images, accuracy, loss, path, created_at, own, dataset, told)
         VALUES (:run, :split, :step, :epoch, :images, :accuracy, :loss, :path, :now, :own, :dataset, :told)`,
      )
      .run({
        ...head,
        run,
        now: Date.now(),
        own: before?.own ?? 0,
        dataset: dataset && JSON.stringify(dataset),
        told: JSON.stringify(toTell),
      });
    const evaluationId = Number(lastInsertRowid);
    addConfusion(database, evaluationId, confusion);
    return { evaluationId, replaced: before && before.path !== head.path ? [before.path] : [] };
  });
}
