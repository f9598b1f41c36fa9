import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ExportFormat, ExportRequest, Exported } from '../../shared/contract/run-exchange.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { metricsCsv, runsCsv } from '../exchange/tables/csv.ts';
import { runsJson } from '../exchange/tables/json.ts';
import { writeThawFile } from '../exchange/thaw-file/write-thaw-file.ts';
import { eventFileName, writeEventFile } from '../exchange/tensorboard/event-file.ts';
import { runEvents } from '../exchange/tensorboard/run-events.ts';
import { unhurried } from '../exchange/unhurried.ts';
import { writePieces } from '../exchange/write-pieces.ts';
import { assertRunsKnown, recordExport } from '../experiment/run-export.ts';
import { readPlan, readRun } from '../experiment/run-reader.ts';
import { modelFile } from '../network/config/model-record.ts';
import { MODELS, type ServiceContext } from './context.ts';
import { runPicture } from './run-picture.ts';
import type { Task } from './tasks.ts';
import { thawVersion } from './version.ts';

/** Writes a format to a place. @returns the bytes written */
type Write = (target: string, task: Task) => Promise<number>;

async function writeTensorboard(
  context: ServiceContext,
  runId: string,
  warnings: string[],
  target: (startedAt: number) => string,
): Promise<number> {
  const picture = await runPicture(context, readRun(context.log, runId), warnings);
  return writeEventFile(target(picture.startedAt), runEvents(context.log, runId, picture));
}

/** How a network is kept that came from a file; null for one that every Thaw knows. */
async function keptNetwork(context: ServiceContext, name: string): Promise<Buffer | null> {
  if (!/^(?:model|graph)_/.test(name)) return null;
  return readFile(modelFile(path.join(context.home, MODELS), name)).catch(() => null);
}

async function writeThaw(
  context: ServiceContext,
  target: string,
  { checkpoints = 'best' }: ExportRequest,
  runId: string,
  signal: AbortSignal,
): Promise<number> {
  const { network } = readPlan(context.log, runId);
  return writeThawFile(context.log, target, {
    runId,
    runDirectory: context.runDirectory(runId),
    checkpoints,
    network: await keptNetwork(context, network),
    thaw: thawVersion(),
    signal,
  });
}

function only(runIds: readonly string[], format: ExportFormat): string {
  const [runId] = runIds;
  if (runId !== undefined && runIds.length === 1) return runId;
  throw new ThawError(
    'usage.invalid',
    `A file of the format '${format}' holds one run; received ${runIds.length}.`,
    'Export them one after the other, or as csv or json.',
  );
}

/** @throws ThawError `usage.invalid` for a folder where a file is to be, or a file where a folder is */
async function assertTarget(target: string, kind: 'file' | 'folder'): Promise<void> {
  const found = await stat(target).catch(() => null);
  if (found && found.isDirectory() !== (kind === 'folder')) {
    const [wanted, is] = kind === 'folder' ? ['A folder', 'a file'] : ['A file', 'a folder'];
    throw new ThawError('usage.invalid', `${wanted} is written; '${target}' is ${is}.`, 'Choose another name.');
  }
  const parent = await stat(path.dirname(target)).catch(() => null);
  if (parent?.isDirectory() === true) return;
  throw new ThawError(
    'usage.invalid',
    `What is exported goes into a folder that is there; found none at '${path.dirname(target)}'.`,
    'Make the folder first, or choose another.',
  );
}

/**
 * Writes to the path that was asked for, or to a place that the window fetches from, and notes it beside the runs.
 *
 * @param written.name of a file that is fetched
 * @param written.unit what is counted as it is written; bytes where it is left out
 */
export async function writeExport(
  context: ServiceContext,
  request: Pick<ExportRequest, 'runIds' | 'output' | 'taskId'>,
  written: {
    readonly format: string;
    readonly name: string;
    readonly kind: 'file' | 'folder';
    readonly write: Write;
    readonly unit?: 'byte' | 'image';
  },
): Promise<Omit<Exported, 'warnings'>> {
  const { runIds, output } = request;
  const { format, name, kind, write, unit = 'byte' } = written;
  const begin = (target: string): Promise<number> =>
    context.tasks
      .run(request.taskId, unit, (task) => write(target, task))
      .catch((error: unknown) => {
        throw explainDiskError(error, `write ${target}`);
      });
  if (output.kind === 'fetched') {
    const file = await context.fetched.place(name);
    try {
      const bytes = await begin(file);
      const grantId = await context.fetched.keep(file);
      recordExport(context.log, runIds, { format, path: name, bytes });
      return { name, path: null, grantId, bytes };
    } catch (error) {
      await context.fetched.discard(file);
      throw error;
    }
  }
  const target = path.resolve(output.path);
  await assertTarget(target, kind);
  const bytes = await begin(target);
  recordExport(context.log, runIds, { format, path: target, bytes });
  return { name: path.basename(target), path: target, grantId: null, bytes };
}

/**
 * Writes runs in a format that others read.
 *
 * @throws ThawError `run.unknown`, `usage.invalid`, `task.cancelled`, `disk.full`, `disk.readOnly`
 */
export async function exportRuns(context: ServiceContext, request: ExportRequest): Promise<Exported> {
  const { runIds, format, output } = request;
  const warnings: string[] = [];
  // All are known before anything is written.
  assertRunsKnown(context.log, runIds);
  const fetched = output.kind === 'fetched';
  switch (format) {
    case 'tensorboard': {
      const write: Write = async (target, { signal }) => {
        let bytes = 0;
        for (const runId of runIds) {
          signal.throwIfAborted();
          bytes += await writeTensorboard(context, runId, warnings, (startedAt) =>
            fetched ? target : path.join(target, runId, eventFileName(startedAt)),
          );
        }
        return bytes;
      };
      const name = fetched
        ? eventFileName(readRun(context.log, only(runIds, format)).summary.createdAt)
        : 'tensorboard';
      return {
        ...(await writeExport(context, request, { format, name, kind: fetched ? 'file' : 'folder', write })),
        warnings,
      };
    }
    case 'thaw': {
      const runId = only(runIds, format);
      const write: Write = (target, { signal }) => writeThaw(context, target, request, runId, signal);
      const written = await writeExport(context, request, { format, name: `${runId}.thaw`, kind: 'file', write });
      return { ...written, warnings };
    }
    case 'csv':
    case 'json': {
      const { log } = context;
      const { metrics = false } = request;
      const csv = metrics ? metricsCsv : runsCsv;
      const pieces = (): Iterable<string> =>
        format === 'csv' ? csv(log, runIds) : runsJson(log, runIds, { metrics, thaw: thawVersion() });
      const name = `${metrics ? 'metrics' : 'runs'}.${format}`;
      const write: Write = (target, { signal }) => writePieces(target, unhurried(pieces(), signal));
      return { ...(await writeExport(context, request, { format, name, kind: 'file', write })), warnings };
    }
  }
}
