import { readdirSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { LogBackup, LogReport } from '../../shared/contract/log-care.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { logPath } from '../experiment/log.ts';
import { interruptTrained } from '../experiment/queue.ts';
import { assertTrainerIdle } from '../experiment/trainer-lock.ts';
import { listBackups, type Backup } from '../sqlite/backups.ts';
import type { FileReport } from '../sqlite/file-work.ts';
import { hasIndex } from '../training/checkpoint.ts';
import type { ServiceContext } from './context.ts';

/** Findings that are told; more of them say no more. */
const MOST_FINDINGS = 20;

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function toldBackup({ name, path: file, bytes, takenAt, version }: Backup): LogBackup {
  return { name, path: file, bytes, takenAt, version };
}

const COUNTED = ['run', 'step_metric', 'epoch_metric'] as const;

function figuresOf({ version, freeBytes, rows }: FileReport): LogReport['figures'] {
  const [runs = 0, ...points] = COUNTED.map((table) => rows[table] ?? 0);
  return { version, runs, points: points.reduce((sum, count) => sum + count, 0), freeBytes };
}

/**
 * Has all of the log checked; a log that cannot be read is told as a problem.
 *
 * @throws ThawError `log.newer`, `disk.readOnly`
 */
export async function checkLog(context: ServiceContext): Promise<Response<'log.check'>> {
  const file = logPath(context.home);
  const problems: string[] = [];
  let figures: LogReport['figures'] = null;
  let networkDisk: string | null = null;
  try {
    networkDisk = context.log.networkDisk;
    const report = await context.log.examine(COUNTED, MOST_FINDINGS);
    problems.push(...report.findings);
    figures = figuresOf(report);
  } catch (error) {
    if (!(error instanceof ThawError && error.code === 'log.unreadable')) throw error;
    problems.push(error.message);
  }
  return {
    path: file,
    bytes: bytesOf(file),
    waitingBytes: bytesOf(`${file}-wal`),
    problems,
    figures,
    networkDisk,
    backups: listBackups(file).map(toldBackup),
  };
}

/** @throws ThawError `log.unreadable`, `disk.full`, `disk.readOnly` */
export async function backUpLog(context: ServiceContext): Promise<Response<'log.backup'>> {
  return toldBackup(await context.log.backUp());
}

/** @throws ThawError `run.busy` while a trainer is at work, which could not write meanwhile; `disk.full`, `log.unreadable` */
export async function vacuumLog(context: ServiceContext): Promise<Response<'log.vacuum'>> {
  const { log } = context;
  assertTrainerIdle(log);
  const bytesBefore = bytesOf(log.path) + bytesOf(`${log.path}-wal`);
  const { bavail, bsize } = await statfs(path.dirname(log.path));
  // The new file is first written beside the old one, and then through the write-ahead log.
  const needed = 2 * bytesBefore;
  if (bavail * bsize < needed) {
    const found = new Error(`${needed} bytes are needed, ${bavail * bsize} are free`);
    throw explainDiskError(Object.assign(found, { code: 'ENOSPC' }), 'vacuum the experiment log');
  }
  await log.vacuum();
  return { bytesBefore, bytesAfter: bytesOf(log.path) + bytesOf(`${log.path}-wal`) };
}

function runFolders(home: string): string[] {
  try {
    return readdirSync(path.join(home, 'runs'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/**
 * Sets a damaged log aside and goes on from a backup, or from an empty log where that is asked for. Runs that waited at the
 * time of the backup and have trained since are taken out of the queue.
 *
 * @throws ThawError `usage.invalid` for a sound log or an unknown backup, `run.busy`, `log.newer`, `log.unreadable` where no
 *   backup is sound or another process has the log open, `disk.full`, `disk.readOnly`
 */
export function recoverLog(context: ServiceContext, { backup }: Request<'log.recover'>): Response<'log.recover'> {
  const { aside, restored } = context.recoverLog(backup ?? 'newest');
  // To train them anew would write over what they have become.
  const trainedSince = interruptTrained(context.log, (runId) => hasIndex(context.runDirectory(runId)));
  const known = context.log.read(
    'read the runs',
    (database) => new Set(database.prepare<[], string>('SELECT id FROM run').pluck().all()),
  );
  // Changes are counted from where the log stands now: all of it is another.
  context.events.tellRuns({ change: 'list', runIds: [] });
  context.events.tellRuns({ change: 'queue', runIds: [] });
  return {
    aside,
    restored: restored && toldBackup(restored),
    unknownRuns: runFolders(context.home).filter((runId) => !known.has(runId)),
    trainedSince: [...trainedSince],
  };
}
