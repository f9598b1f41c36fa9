import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

function mount(...parameters: readonly string[]): void {
  execFileSync('mount', parameters, { stdio: 'pipe' });
}

function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' });
}

/** Why no disk can be made here; null where one can. */
export function whyNoSmallDisk(): string | null {
  if (process.platform !== 'linux') return `disks in memory are made on Linux only, not on ${process.platform}`;
  const folder = mkdtempSync(path.join(tmpdir(), 'thaw-disk-'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder);
    unmount(folder);
    return null;
  } catch {
    return 'this user may not mount a disk';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface SmallDisk {
  readonly folder: string;
  /** Gives it another size, or takes the right to write away: `size=8m`, `ro`. */
  readonly remount: (options: string) => void;
}

/**
 * A disk in memory, taken away after the test.
 *
 * @param options as mount(8) takes them for a tmpfs: `size=1m`, `ro`
 */
export function smallDisk(folder: string, options: string): SmallDisk {
  mkdirSync(folder, { recursive: true });
  mount('-t', 'tmpfs', '-o', options, 'tmpfs', folder);
  onTestFinished(() => unmount(folder));
  return { folder, remount: (changed) => mount('-o', `remount,${changed}`, folder) };
}
