import { readdirSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import type { LogBackup, LogReport } from '../../shared/contract/log-care.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { logPath, type Log } from '../experiment/log.ts';
import { assertTrainerIdle } from '../experiment/trainer-lock.ts';
import { listBackups, type Backup } from '../sqlite/backups.ts';
import type { ServiceContext } from './context.ts';

/** Findings that are told; more of them say no more. */
const MOST_FINDINGS = 20;

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function toldBackup({ name, path: file, bytes, takenAt, version }: Backup): LogBackup {
  return { name, path: file, bytes, takenAt, version };
}

function figuresOf(log: Log): LogReport['figures'] {
  return log.read('count what is in the log', (database) => {
    const pragma = (name: string): number => Number(database.pragma(name, { simple: true }));
    const count = (table: string): number =>
      database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
    return {
      version: pragma('user_version'),
      runs: count('run'),
      points: count('step_metric') + count('epoch_metric'),
      freeBytes: pragma('freelist_count') * pragma('page_size'),
    };
  });
}

/**
 * Has all of the log checked; a log that cannot be read is told as a problem.
 *
 * @throws ThawError `log.newer`, `disk.readOnly`
 */
export function checkLog(context: ServiceContext): Response<'log.check'> {
  const file = logPath(context.home);
  const problems: string[] = [];
  let figures: LogReport['figures'] = null;
  let networkDisk: string | null = null;
  try {
    problems.push(...context.log.findings(MOST_FINDINGS));
    networkDisk = context.log.networkDisk;
    figures = figuresOf(context.log);
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
export function backUpLog(context: ServiceContext): Response<'log.backup'> {
  return toldBackup(context.log.backUp());
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
  log.vacuum();
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
 * Sets a damaged log aside and goes on from a backup, or from an empty log where that is asked for.
 *
 * @throws ThawError `usage.invalid` for a sound log or an unknown backup, `run.busy`, `log.newer`, `log.unreadable` where no
 *   backup is sound or another process has the log open, `disk.full`, `disk.readOnly`
 */
export function recoverLog(context: ServiceContext, { backup }: Request<'log.recover'>): Response<'log.recover'> {
  const { aside, restored } = context.recoverLog(backup ?? 'newest');
  const known = context.log.read(
    'read the runs',
    (database) => new Set(database.prepare<[], string>('SELECT id FROM run').pluck().all()),
  );
  context.tellOfRuns();
  return {
    aside,
    restored: restored && toldBackup(restored),
    unknownRuns: runFolders(context.home).filter((runId) => !known.has(runId)),
  };
}
