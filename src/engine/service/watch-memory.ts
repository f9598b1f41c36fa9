import { readFileSync } from 'node:fs';

const EVERY_MILLISECONDS = 200;

/** How much memory another process may take, and what is told where it takes more. */
export interface MemoryBound {
  readonly mostBytes: number;
  readonly reason: Error;
}

/** What of a process lies in memory; null where the system does not say, or the process is gone. */
function residentBytes(pid: number): number | null {
  try {
    const kibibytes = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}

/**
 * Looks again and again at what another process takes, where the system tells it (Linux); nothing holds this process up.
 *
 * @param onMore is given the bound's reason, once
 * @returns ends the watch
 */
export function watchMemory(
  pid: number,
  { mostBytes, reason }: MemoryBound,
  onMore: (reason: Error) => void,
): () => void {
  const timer = setInterval(() => {
    if ((residentBytes(pid) ?? 0) <= mostBytes) return;
    clearInterval(timer);
    onMore(reason);
  }, EVERY_MILLISECONDS);
  timer.unref();
  return () => clearInterval(timer);
}
