import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A holder touches its lock this often; on another host, where its process cannot be asked for, that is its sign of life. */
const heartbeatMilliseconds = 5000;
const silentMilliseconds = 60_000;
const pollMilliseconds = 250;

/** @typedef {{ id: string, pid: number, processStart: string, host: string, purpose: string, since: string }} Holder */

/**
 * Does `work` while no other process holds the lock. A lock whose holder died is broken.
 *
 * @template T
 * @param {string} file
 * @param {string} purpose what the holder does, for those who wait: `installing packages`
 * @param {() => Promise<T>} work
 * @param {(line: string) => void} [say]
 * @returns {Promise<T>}
 */
export async function withLock(file, purpose, work, say = (line) => void process.stderr.write(`${line}\n`)) {
  const release = await acquire(file, purpose, say);
  try {
    return await work();
  } finally {
    release();
  }
}

/** @param {string} file @param {string} purpose @param {(line: string) => void} say */
async function acquire(file, purpose, say) {
  mkdirSync(path.dirname(file), { recursive: true });
  /** @type {Holder} */
  const own = {
    id: randomUUID(),
    pid: process.pid,
    processStart: processStart(process.pid),
    host: os.hostname(),
    purpose,
    since: new Date().toISOString(),
  };
  let told = '';
  while (!create(file, own)) {
    const holder = readHolder(file);
    if (isStale(file, holder)) {
      breakLock(file, holder);
      continue;
    }
    if (holder !== null && holder.id !== told) {
      told = holder.id;
      say(
        `Waiting for another Thaw (process ${holder.pid} on ${holder.host}, since ${holder.since}), which is ${holder.purpose}.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // The lock was broken or its folder removed; the release below notices that too.
    }
  }, heartbeatMilliseconds);
  heartbeat.unref();
  const release = () => {
    clearInterval(heartbeat);
    process.off('exit', release);
    if (readHolder(file)?.id === own.id) rmSync(file, { force: true });
  };
  process.on('exit', release);
  return release;
}

/** @param {string} file @param {Holder} own @returns {boolean} whether the lock is ours now */
function create(file, own) {
  try {
    writeFileSync(file, JSON.stringify(own), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} file @returns {Holder | null} null also in the moment between creating and writing it */
function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** @param {string} file @param {Holder | null} holder */
function isStale(file, holder) {
  const silent = silentFor(file) > silentMilliseconds;
  if (holder === null || holder.host !== os.hostname()) return silent;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
  // The number of a dead process may have gone to another one.
  return holder.processStart !== processStart(holder.pid);
}

/** @param {string} file milliseconds since its last sign of life, 0 when it is gone */
function silentFor(file) {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

/**
 * Removes a stale lock, one breaker at a time: two that both saw it stale must not remove the lock that a third took
 * in between.
 *
 * @param {string} file
 * @param {Holder | null} stale
 */
function breakLock(file, stale) {
  const breaking = `${file}.breaking`;
  try {
    mkdirSync(breaking);
  } catch {
    if (silentFor(breaking) > silentMilliseconds) rmdirSync(breaking);
    return;
  }
  try {
    if (readHolder(file)?.id === stale?.id) rmSync(file, { force: true });
  } finally {
    rmdirSync(breaking);
  }
}

/**
 * When a process started, in clock ticks since boot; 'ended' for one that waits to be collected, empty where the
 * system does not say (proc_pid_stat(5): the fields after the parenthesised name begin with the state).
 *
 * @param {number} pid
 */
function processStart(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
