import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function hasOpen(pid: string, files: ReadonlySet<string>): boolean {
  const folder = join('/proc', pid, 'fd');
  return entries(folder).some((number) => {
    try {
      return files.has(readlinkSync(join(folder, number)));
    } catch {
      return false;
    }
  });
}

function realPaths(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    try {
      return [realpathSync(file)];
    } catch {
      return [];
    }
  });
}

function byListing(files: readonly string[]): number[] {
  try {
    const output = execFileSync('lsof', ['-t', '--', ...files], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
  } catch {
    // It ends with 1 where nobody has them open.
    return [];
  }
}

/**
 * The other processes of this person on this machine that have one of the files open, damaged as it may be. Windows itself
 * refuses to rename an open file, so none are told there.
 */
export function holdersOf(files: readonly string[]): readonly number[] {
  const real = realPaths(files);
  if (real.length === 0 || process.platform === 'win32') return [];
  const wanted = new Set(real);
  const holders =
    process.platform === 'linux'
      ? entries('/proc')
          .filter((name) => /^\d+$/.test(name) && hasOpen(name, wanted))
          .map(Number)
      : byListing(real);
  return holders.filter((pid) => pid !== process.pid);
}
