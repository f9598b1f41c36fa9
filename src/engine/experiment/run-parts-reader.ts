import type Database from 'better-sqlite3';
import type {
  DatasetSummary,
  Environment,
  FrozenProof,
  LayerState,
  LoadReport,
  SkippedImage,
} from '../../shared/contract/run.ts';
import { z } from 'zod';

const shape = z.array(z.int());

/** A shape as the log keeps it, `[7,7,256]`. */
function parseShape(text: string | null): number[] {
  return text === null ? [] : shape.parse(JSON.parse(text));
}

export function readDataset(database: Database.Database, run: number): DatasetSummary | null {
  const row = database
    .prepare<[number], Omit<DatasetSummary, 'classes' | 'skipped'>>(
      'SELECT root, version, train, validation, test FROM run_dataset WHERE run = ?',
    )
    .get(run);
  if (!row) return null;
  const classes = database
    .prepare<[number], string>('SELECT name FROM run_class WHERE run = ? ORDER BY position')
    .pluck()
    .all(run);
  const skipped = database
    .prepare<[number], SkippedImage>('SELECT path, reason FROM skipped_image WHERE run = ? ORDER BY position')
    .all(run);
  return { ...row, classes, skipped };
}

export function readEnvironment(database: Database.Database, run: number): Environment | null {
  const row = database
    .prepare<[number], Environment>(
      `SELECT thaw, node, tensorflow, tensorflow_origin AS tensorflowOrigin, device, cpu, cores, os
       FROM run_environment WHERE run = ?`,
    )
    .get(run);
  return row ?? null;
}

/** Of the last stage that has begun. */
export function readLayers(database: Database.Database, run: number): LayerState[] {
  const stage = database
    .prepare<[number], number | null>('SELECT max(stage) FROM layer_state WHERE run = ?')
    .pluck()
    .get(run);
  return readLayersOf(database, run, stage ?? 0);
}

/** What trains in a stage. */
export function readLayersOf(database: Database.Database, run: number, stage: number): LayerState[] {
  return database
    .prepare<[number, number], Omit<LayerState, 'outputShape'> & { readonly outputShape: string }>(
      `SELECT layer.name AS name, layer.kind AS kind, layer.block AS block, layer.output_shape AS outputShape,
              layer.parameters AS parameters, layer_state.state AS state,
              layer_state.statistics AS statistics
       FROM layer_state JOIN layer ON layer.number = layer_state.layer
       WHERE layer_state.run = ? AND layer_state.stage = ? ORDER BY layer_state.position`,
    )
    .all(run, stage)
    .map((row) => ({ ...row, outputShape: parseShape(row.outputShape) }));
}

interface ReportRow {
  readonly outcome: Exclude<keyof LoadReport, 'source' | 'format' | 'sha256'>;
  readonly name: string;
  readonly expected: string | null;
  readonly found: string | null;
}

export function readLoadReport(database: Database.Database, run: number): LoadReport | null {
  const head = database
    .prepare<[number], Pick<LoadReport, 'source' | 'format' | 'sha256'>>(
      'SELECT source, format, sha256 FROM load_report WHERE run = ?',
    )
    .get(run);
  if (!head) return null;
  const rows = database
    .prepare<[number], ReportRow>(
      `SELECT outcome, tensor.name AS name, expected_shape AS expected, found_shape AS found
       FROM load_report_tensor JOIN tensor ON tensor.number = load_report_tensor.tensor
       WHERE run = ? ORDER BY outcome, position`,
    )
    .all(run);
  const names = (outcome: ReportRow['outcome']): string[] =>
    rows.filter((row) => row.outcome === outcome).map((row) => row.name);
  return {
    ...head,
    loaded: names('loaded'),
    skippedByShape: rows
      .filter((row) => row.outcome === 'skippedByShape')
      .map(({ name, expected, found }) => ({ name, expected: parseShape(expected), found: parseShape(found) })),
    missing: names('missing'),
    newlyInitialised: names('newlyInitialised'),
    unexpected: names('unexpected'),
  };
}

/** Of the last stage that was proved. */
export function readProof(database: Database.Database, run: number): FrozenProof[] {
  const stage = database
    .prepare<[number], number | null>('SELECT max(stage) FROM frozen_proof WHERE run = ?')
    .pluck()
    .get(run);
  return readProofOf(database, run, stage ?? 0);
}

/** What was frozen in a stage, before its first step and after its last. */
export function readProofOf(database: Database.Database, run: number, stage: number): FrozenProof[] {
  return database
    .prepare<[number, number], FrozenProof>(
      `SELECT tensor.name AS tensor, lower(hex(before)) AS before, lower(hex(after)) AS after
       FROM frozen_proof JOIN tensor ON tensor.number = frozen_proof.tensor
       WHERE run = ? AND stage = ? ORDER BY position`,
    )
    .all(run, stage);
}
