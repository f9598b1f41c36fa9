import { access, constants, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Imported, ImportRequest } from '../../shared/contract/run-exchange.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { contains, readableReason } from '../dataset/dataset-files.ts';
import { importThawFile } from '../exchange/thaw-file/import-thaw-file.ts';
import { describesThawFile } from '../exchange/thaw-file/open-thaw-file.ts';
import { findEventFiles, type FoundEventRuns } from '../exchange/tensorboard/find-event-files.ts';
import { MalformedEvents, readEventRun } from '../exchange/tensorboard/read-event-run.ts';
import { insertForeignRun } from '../experiment/foreign-run.ts';
import { readRun } from '../experiment/run-reader.ts';
import { MODELS, type ServiceContext } from './context.ts';

const FOREIGN =
  'Imported from event files of TensorBoard: they hold metrics and no plan, so what stands as its plan is nobody’s.';

function unreadable(given: string, error: unknown): ThawError {
  return new ThawError(
    'import.unreadable',
    `A run is imported from a file or folder that can be read, but of '${given}': ${readableReason(error)}.`,
    'Check the path, or choose the file again.',
    { cause: error },
  );
}

/** @throws ThawError `import.unreadable` */
async function resolved(given: string): Promise<string> {
  try {
    const file = await realpath(given);
    await access(file, constants.R_OK);
    return file;
  } catch (error) {
    throw unreadable(given, error);
  }
}

/** What became of a run that is here already, where one would look for it in vain. */
function trashWarnings(context: ServiceContext, runId: string): string[] {
  return readRun(context.log, runId).organisation.trashedAt === null
    ? []
    : [`Run '${runId}' lies in the trash here: take it out, or empty the trash and import again.`];
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
    const { runId, name, known, formerId, warnings } = await importThawFile(context.log, file, place);
    return {
      runs: [{ runId, name, outcome: known ? 'known' : 'imported', formerId }],
      warnings: [...warnings, ...trashWarnings(context, runId)],
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
  found: FoundEventRuns,
  signal: AbortSignal,
): Promise<Imported> {
  const runs: Imported['runs'] = [];
  const warnings = found.cut
    ? [`More lies below '${place}' than is looked through at once; import what is missing from the folder it is in.`]
    : [];
  // All are read before the first is written: a damaged file leaves nothing half-imported. One at a time is held, though.
  const whole = [];
  for (const files of found.runs) {
    if (await readEventRun(files, signal)) whole.push(files);
    else {
      const source = path.join(place, files.place);
      warnings.push(`'${source}' has event files without a scalar in them; nothing was imported from it.`);
    }
  }
  for (const files of whole) {
    const run = await readEventRun(files, signal);
    if (!run) continue;
    // What a browser brought lies in a folder that is called by nothing.
    const brought = contains(path.join(context.home, 'uploads'), place) ? path.basename(place) : null;
    const name = brought ?? files.name;
    const source = brought ?? path.join(place, files.place);
    const { runId, known } = await insertForeignRun(context.log, { ...run, name, source, remark: FOREIGN }, signal);
    runs.push({ runId, name, outcome: known ? 'known' : 'imported', formerId: null });
    if (known) warnings.push(...trashWarnings(context, runId));
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
    try {
      if (isThawName(given) || (await isZip(given))) return await importThaw(context, given, signal);
      const found = await findEventFiles(given);
      if (found.runs.length > 0) return await importEvents(context, given, found, signal);
    } catch (error) {
      // Of the file system, while they are looked for and read.
      if (error instanceof Error && 'syscall' in error) throw unreadable(given, error);
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
