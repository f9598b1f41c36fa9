import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** Where control groups of memory are made, and the file that holds a group's limit: version 1, then 2. */
const HIERARCHIES = [
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
  { root: '/sys/fs/cgroup', limit: 'memory.max' },
] as const;

interface Group {
  readonly folder: string;
  readonly limit: string;
}

function makeGroup(name: string): Group | null {
  for (const { root, limit } of HIERARCHIES) {
    const folder = path.join(root, name);
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    if (existsSync(path.join(folder, limit))) return { folder, limit };
    rmdirSync(folder);
  }
  return null;
}

/** Why the memory of a process cannot be limited here; null where it can. */
export function whyNoMemoryLimit(): string | null {
  if (process.platform !== 'linux') return `memory is limited on Linux only, not on ${process.platform}`;
  const group = makeGroup(`thaw-look-${process.pid}`);
  if (!group) return 'this user may not make a control group of memory';
  rmdirSync(group.folder);
  return null;
}

/** Puts a process, and all that it starts from now on, into so much memory; taken away after the test. */
export function limitMemory(pid: number, bytes: number): void {
  const group = makeGroup(`thaw-test-${pid}`);
  if (!group) throw new Error('No control group of memory could be made.');
  onTestFinished(() => rmdirSync(group.folder));
  writeFileSync(path.join(group.folder, group.limit), String(bytes));
  writeFileSync(path.join(group.folder, 'cgroup.procs'), String(pid));
}
