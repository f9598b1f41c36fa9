import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from a later one with the same number by when it started. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal only for the same process. */
  readonly startToken: string;
}

/** Who runs something that the log keeps: a process, and the place in which its number means anything. */
export interface Owner extends ProcessIdentity {
  /** The machine. */
  readonly host: string;
  /** This boot of it and, on Linux, the namespace of process numbers (a container has its own). */
  readonly boot: string;
}

/** How often an owner says that it lives. */
export const HEARTBEAT_MILLISECONDS = 2000;
/** An owner whose process cannot be looked at from here is held dead after this long without a heartbeat. */
export const HEARTBEAT_LIMIT_MILLISECONDS = 60_000;

function textOrEmpty(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

/** Field 22 of proc_pid_stat(5), the start in clock ticks since boot; the name in field 2 may hold any character. */
function linuxStartToken(pid: number): string | null {
  const stat = textOrEmpty(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  if (startTime === undefined || state === 'Z' || state === 'X') return null;
  return startTime;
}

function windowsStartToken(pid: number): string | null {
  try {
    process.kill(pid, 0);
    return 'running';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'running' : null;
  }
}

/** @returns null where no such process runs (one that has ended but was not yet collected counts as ended) */
export function processStartToken(pid: number): string | null {
  if (process.platform === 'linux') return linuxStartToken(pid);
  if (process.platform === 'win32') return windowsStartToken(pid);
  const started = textOrEmpty(() =>
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  return started === '' ? null : started;
}

/** @returns null where no such process runs */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const startToken = processStartToken(pid);
  return startToken === null ? null : { pid, startToken };
}

function place(): { readonly host: string; readonly boot: string } {
  if (process.platform !== 'linux') return { host: hostname(), boot: '' };
  const machine = textOrEmpty(() => readFileSync('/etc/machine-id', 'utf8'));
  const boot = textOrEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const namespace = textOrEmpty(() => readlinkSync('/proc/self/ns/pid'));
  return { host: `${hostname()}/${machine}`, boot: `${boot}/${namespace}` };
}

let self: Owner | null = null;

/** The process that asks. */
export function thisOwner(): Owner {
  self ??= { pid: process.pid, startToken: processStartToken(process.pid) ?? '', ...place() };
  return self;
}

/** Whether that very process still runs; only for processes of this machine. */
export function isRunning(identity: ProcessIdentity): boolean {
  return processStartToken(identity.pid) === identity.startToken;
}

/**
 * Whether an owner still lives: by its process where that can be seen from here, so that neither a sleeping machine nor
 * a reused process number misleads, and by its last heartbeat where it cannot (another machine, another container).
 *
 * @param heartbeatAt milliseconds since 1970; may lie ahead where clocks differ or went backwards
 */
export function isAlive(owner: Owner, heartbeatAt: number, now: number): boolean {
  const here = thisOwner();
  if (owner.host === here.host && owner.boot === here.boot) return isRunning(owner);
  return Math.abs(now - heartbeatAt) < HEARTBEAT_LIMIT_MILLISECONDS;
}
