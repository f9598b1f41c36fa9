import { readFile, rm, writeFile } from 'node:fs/promises';
import { ThawError } from '../../../shared/errors/thaw-error.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function holderOf(lock: string): Promise<number | null> {
  const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : null;
}

/**
 * Keeps a file to one download at a time, in this process and others: two that wrote the same part would leave a file of
 * pieces of both. What a process left that is gone is taken over.
 *
 * @param lock the file that stands for it
 * @throws ThawError `run.busy` where another is at it
 */
export async function holdDownload(lock: string, name: string): Promise<AsyncDisposable> {
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      return { [Symbol.asyncDispose]: () => rm(lock, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = await holderOf(lock);
    if (holder !== null) {
      throw new ThawError(
        'run.busy',
        `A file of weights is downloaded by one process at a time; process ${holder} is at '${name}'.`,
        'Wait until it is done, or cancel it there.',
      );
    }
    await rm(lock, { force: true });
  }
}
