import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Imported, ImportRequest } from '../../shared/contract/run-exchange.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { contains, readableReason } from '../dataset/dataset-files.ts';
import { importThawFile } from '../exchange/thaw-file/import-thaw-file.ts';
import { describesThawFile } from '../exchange/thaw-file/open-thaw-file.ts';
import { findEventFiles, type EventRunFiles } from '../exchange/tensorboard/find-event-files.ts';
import { MalformedEvents, readEventRun } from '../exchange/tensorboard/read-event-run.ts';
import { insertForeignRun } from '../experiment/foreign-run.ts';
import { readRun } from '../experiment/run-reader.ts';
import { MODELS, type ServiceContext } from './context.ts';

const FOREIGN =
  'Imported from event files of TensorBoard: they hold metrics and no plan, so what stands as its plan is nobody’s.';

/** @throws ThawError `import.unreadable` */
async function resolved(given: string): Promise<string> {
  try {
    return await realpath(given);
  } catch (error) {
    throw new ThawError(
      'import.unreadable',
      `A run is imported from a file or folder that can be read, but of '${given}': ${readableReason(error)}.`,
      'Check the path, or choose the file again.',
      { cause: error },
    );
  }
}

/** One that is cut short or empty is told as what it was to be. */
function isThawName(file: string): boolean {
  return path.extname(file).toLowerCase() === '.thaw';
}

/** As every zip file begins. */
const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');

/** Files are told by their content: a name says little of what came by mail. */
async function isZip(file: string): Promise<boolean> {
  try {
    await using handle = await open(file, 'r');
    const start = Buffer.alloc(ZIP.length);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    return bytesRead === start.length && start.equals(ZIP);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EISDIR') return false;
    throw error;
  }
}

async function importThaw(context: ServiceContext, file: string, signal: AbortSignal): Promise<Imported> {
  try {
    const place = { home: context.home, modelFolder: path.join(context.home, MODELS), signal };
    const { runId, name, known, formerId } = await importThawFile(context.log, file, place);
    const trashed = readRun(context.log, runId).organisation.trashedAt !== null;
    return {
      runs: [{ runId, name, outcome: known ? 'known' : 'imported', formerId }],
      warnings: trashed
        ? [`Run '${runId}' lies in the trash here: take it out, or empty the trash and import again.`]
        : [],
    };
  } catch (error) {
    if (!describesThawFile(error)) throw explainDiskError(error, 'take the run in');
    throw new ThawError(
      'import.unreadable',
      `A .thaw file is one that Thaw exported a run to; of '${file}', ${error.message}.`,
      'Copy it again from where it was written, or export the run again. Nothing was imported.',
      { cause: error },
    );
  }
}

async function importEvents(
  context: ServiceContext,
  place: string,
  found: readonly EventRunFiles[],
  signal: AbortSignal,
): Promise<Imported> {
  const runs: Imported['runs'] = [];
  const warnings: string[] = [];
  // All are read before the first is written: a damaged file leaves nothing half-imported.
  const read = [];
  for (const files of found) {
    const run = await readEventRun(files, signal);
    const source = path.join(place, files.place);
    // What a browser brought lies in a folder that is called by nothing.
    const brought = contains(path.join(context.home, 'uploads'), place) ? path.basename(place) : null;
    if (run) read.push({ name: brought ?? files.name, source: brought ?? source, ...run });
    else warnings.push(`'${source}' has event files without a scalar in them; nothing was imported from it.`);
  }
  for (const run of read) {
    signal.throwIfAborted();
    const { runId, known } = insertForeignRun(context.log, { ...run, remark: FOREIGN });
    runs.push({ runId, name: run.name, outcome: known ? 'known' : 'imported', formerId: null });
  }
  return { runs, warnings };
}

/**
 * Takes runs in that were written elsewhere: all of what is in the file, or nothing.
 *
 * @throws ThawError `file.notGranted`, `import.unreadable`, `import.newer`, `task.cancelled`, `disk.full`, `disk.readOnly`
 */
export async function importRuns(context: ServiceContext, request: ImportRequest): Promise<Imported> {
  const { file, taskId } = request;
  const given = await resolved(file.kind === 'file' ? file.path : context.grants.pathOf(file.grantId));
  return context.tasks.run(taskId, 'byte', async ({ signal }) => {
    if (isThawName(given) || (await isZip(given))) return importThaw(context, given, signal);
    try {
      const found = await findEventFiles(given);
      if (found.length > 0) return await importEvents(context, given, found, signal);
    } catch (error) {
      if (!(error instanceof MalformedEvents)) throw error;
      throw new ThawError(
        'import.unreadable',
        `An event file consists of records with their checksums, but in '${error.file}' ${error.message}.`,
        'Copy the file again from where it was written.',
        { cause: error },
      );
    }
    throw new ThawError(
      'import.unreadable',
      `Runs are imported from a .thaw file or from event files of TensorBoard, but '${given}' has none.`,
      'Choose a .thaw file, an event file, or a folder with event files in it.',
    );
  });
}
