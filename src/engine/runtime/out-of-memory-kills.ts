import { readFileSync } from 'node:fs';

/**
 * How many processes this system has ended for want of memory since it started (`oom_kill` of proc(5)'s vmstat); null where
 * it does not tell.
 */
export function outOfMemoryKills(): number | null {
  try {
    const found = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}
