import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** npm passes on what its process group was sent anyway: signals this close together are one request. */
const sameRequestMilliseconds = 1000;

/**
 * Runs a command in this process's place: its streams are ours, signals reach it, and its end is reported as it was.
 *
 * A terminal's Ctrl+C goes to its whole foreground group, the child included, so the first one is not passed on there.
 * A later one is: it may have been sent to this process alone.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
export function runChild(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    /** @type {Map<NodeJS.Signals, number>} */
    const cameAt = new Map();
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      const now = performance.now();
      const before = cameAt.get(signal);
      if (before !== undefined && now - before < sameRequestMilliseconds) return;
      cameAt.set(signal, now);
      if (signal === 'SIGINT' && process.platform === 'win32') return;
      if (signal === 'SIGINT' && before === undefined && inForegroundOfTerminal()) return;
      child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const passed = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of passed) process.on(signal, pass);
    // npm ends its shell, not us: a shell that is gone is how an end that was asked of npm arrives.
    const shell = process.ppid;
    const watch = process.env['npm_lifecycle_event'] ? setInterval(notice, 500) : undefined;
    function notice() {
      if (process.ppid === shell) return;
      clearInterval(watch);
      if (!cameAt.has('SIGTERM')) pass('SIGTERM');
    }
    const stopPassing = () => {
      clearInterval(watch);
      for (const signal of passed) process.off(signal, pass);
    };
    child.once('error', (error) => {
      stopPassing();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stopPassing();
      resolve({ code, signal });
    });
  });
}

/**
 * Ends this process the way its child ended, so that a shell sees the same exit status or signal.
 *
 * @param {{ code: number | null, signal: NodeJS.Signals | null }} end
 */
export function endLike({ code, signal }) {
  if (signal === null) {
    process.exitCode = code ?? 1;
    return;
  }
  process.exitCode = 128 + os.constants.signals[signal];
  process.kill(process.pid, signal);
}

/** proc_pid_stat(5): the fields after the parenthesised name are state, ppid, pgrp, session, tty_nr, tpgid. */
function inForegroundOfTerminal() {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    return Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);
  }
}
