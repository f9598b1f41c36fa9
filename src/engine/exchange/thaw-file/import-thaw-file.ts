import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PLAN_SCHEMA_VERSION, type TrainingPlan } from '../../../shared/contract/plan.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Log } from '../../experiment/log.ts';
import {
  insertRunDocument,
  metricDocument,
  restoreCheckpoints,
  runDocument,
  type MetricDocument,
  type RunDocument,
} from '../../experiment/run-document.ts';
import { parseStoredPlan } from '../../experiment/stored-plan.ts';
import { modelFile } from '../../network/config/model-record.ts';
import {
  CLASSES_DOCUMENT,
  FILES,
  isPlainPath,
  METRICS,
  NETWORK_DOCUMENT,
  PLAN_DOCUMENT,
  RUN_DOCUMENT,
} from './manifest.ts';
import { MalformedThawFile, parseDocument, ThawFile } from './open-thaw-file.ts';
import { RunFolder } from './run-folder.ts';

const metricDocuments = z.array(metricDocument);
const classNames = z.array(z.string().max(1000)).max(100_000);
const versioned = z.looseObject({ schemaVersion: z.int().min(1) });

/** @throws ThawError `import.newer`, MalformedThawFile */
async function readPlan(file: ThawFile, log: Log, runId: string): Promise<TrainingPlan> {
  const stored = await file.document(PLAN_DOCUMENT, versioned);
  if (stored.schemaVersion > PLAN_SCHEMA_VERSION) {
    throw new ThawError(
      'import.newer',
      `This Thaw reads plans up to version ${PLAN_SCHEMA_VERSION}; that of the run has version ${stored.schemaVersion}.`,
      'Use the newer Thaw that wrote it to import it.',
    );
  }
  try {
    return parseStoredPlan(log.path, runId, JSON.stringify(stored));
  } catch (error) {
    throw new MalformedThawFile(`'${PLAN_DOCUMENT}' is no plan`, { cause: error });
  }
}

/** What a row says lies in the run's folder leads nowhere else; checkpoints that did not come along are not told. */
function withoutMissing(document: RunDocument, file: ThawFile): RunDocument {
  const isHere = (folder: string): boolean =>
    file.manifest.files.some(({ path: name }) => name.startsWith(`${FILES}${folder}/`));
  const placeOf = (row: Readonly<Record<string, unknown>>): string => {
    const place = row['path'];
    // Thaw on Windows separates with its own sign.
    const plain = typeof place === 'string' ? place.replaceAll('\\', '/') : '';
    if (!isPlainPath(plain)) throw new MalformedThawFile(`${JSON.stringify(place)} is no place in a run's folder`);
    return plain;
  };
  const checkpoints = (document.tables['checkpoint'] ?? [])
    .map((row) => ({ ...row, path: placeOf(row) }))
    .filter((row) => isHere(row.path));
  return {
    ...document,
    tables: { ...document.tables, checkpoint: checkpoints },
    evaluations: document.evaluations.map((row) => ({ ...row, path: placeOf(row) })),
  };
}

/** Metrics that lie unpacked in a folder, a document of them after the other. */
function* metricsIn(folder: string, names: readonly string[]): Generator<MetricDocument> {
  for (const name of names) {
    const parsed = metricDocuments.safeParse(parseDocument(readFileSync(path.join(folder, name)), `${METRICS}${name}`));
    if (!parsed.success) throw new MalformedThawFile(`'${METRICS}${name}' holds no metrics`, { cause: parsed.error });
    yield* parsed.data;
  }
}

/** A network that came from a file is called by the hash of how it is kept: nothing else takes its place. */
function keepNetwork(modelFolder: string, name: string, text: Buffer): void {
  const [, hash] = /^(?:model|graph)_([0-9a-f]{12})$/.exec(name) ?? [];
  if (hash === undefined || !createHash('sha256').update(text).digest('hex').startsWith(hash)) {
    throw new MalformedThawFile(`'${NETWORK_DOCUMENT}' is not the network '${name}'`);
  }
  const target = modelFile(modelFolder, name);
  if (existsSync(target)) return;
  mkdirSync(modelFolder, { recursive: true, mode: 0o700 });
  writeFileSync(`${target}.part`, text, { mode: 0o600, flush: true });
  renameSync(`${target}.part`, target);
}

export interface ImportPlace {
  /** THAW_HOME */
  readonly home: string;
  /** Where models from files are kept. */
  readonly modelFolder: string;
  readonly signal: AbortSignal;
}

async function importOpened(
  log: Log,
  file: ThawFile,
  name: string,
  aside: string,
  { home, modelFolder, signal }: ImportPlace,
): Promise<ImportedRun> {
  const { run, thaw, writtenAt } = file.manifest;
  const plan = await readPlan(file, log, run.id);
  const document = withoutMissing(await file.document(RUN_DOCUMENT, runDocument), file);
  const classes = await file.document(CLASSES_DOCUMENT, classNames);
  const network = file.has(NETWORK_DOCUMENT) ? await file.bytes(NETWORK_DOCUMENT) : null;
  const [metrics, content] = [path.join(aside, 'metrics'), path.join(aside, 'run')];
  await file.unpack(METRICS, metrics, signal);
  await file.unpack(FILES, content, signal);
  const names = (await readdir(metrics)).sort();
  signal.throwIfAborted();
  const folder = new RunFolder(home, content);
  const { runId, known } = await insertRunDocument(log, {
    id: run.id,
    document,
    plan,
    classes,
    metrics: () => metricsIn(metrics, names),
    remark: `Imported from '${name}', which Thaw ${thaw} wrote at ${writtenAt}.`,
    place: (id) => {
      if (network) keepNetwork(modelFolder, plan.network, network);
      folder.place(id);
    },
    takeBack: () => folder.takeBack(),
    signal,
  });
  if (known && folder.lacksCheckpoints(runId)) {
    restoreCheckpoints(log, runId, document, () => folder.bringCheckpoints(runId));
  }
  return { runId, name: run.name, known, formerId: runId === run.id ? null : run.id, warnings: folder.warnings };
}

const OLD_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Removes what imports left behind that were killed; others may be at work now. */
async function clearOld(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const left = path.join(folder, name);
    const about = await stat(left).catch(() => null);
    if (about && Date.now() - about.mtimeMs > OLD_MILLISECONDS) await rm(left, { recursive: true, force: true });
  }
}

export interface ImportedRun {
  readonly runId: string;
  readonly name: string;
  readonly known: boolean;
  /** The id that it had, where it got another. */
  readonly formerId: string | null;
  readonly warnings: readonly string[];
}

/**
 * Takes a run in from a `.thaw` file. All of it is unpacked aside and held against its hashes first; its folder gets its name
 * within the transaction that makes the run seen, so that a kill leaves no half of a run in the log. A folder that it leaves
 * is set aside by the next import. A run that is here already gets checkpoints back that it lacks.
 *
 * @throws MalformedThawFile, MalformedZip, ThawError `import.newer`, `import.unreadable`, `disk.full`, or the file system's error
 */
export async function importThawFile(log: Log, source: string, place: ImportPlace): Promise<ImportedRun> {
  const imports = path.join(place.home, 'imports');
  const aside = path.join(imports, randomBytes(9).toString('hex'));
  await clearOld(imports);
  const file = await ThawFile.open(source);
  try {
    return await importOpened(log, file, path.basename(source), aside, place);
  } finally {
    await file.close();
    await rm(aside, { recursive: true, force: true });
  }
}
