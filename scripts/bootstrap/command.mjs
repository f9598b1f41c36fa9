import { spawn } from 'node:child_process';

/** More than any answer that is parsed here; what a command prints beyond it is dropped from the front. */
const keptCharacters = 16 * 1024 * 1024;

/**
 * Runs a command of the set-up to its end and gives what it printed. A signal that ends us ends it first, so that
 * nothing goes on writing once our locks count as abandoned.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @param {number} [options.timeoutMilliseconds]
 * @param {boolean} [options.show] lets its messages through to our stderr, where they are not captured
 * @returns {Promise<string>} its standard output
 * @throws Error in one line: that it cannot be started, or the end of its messages
 */
export function runCommand(command, args, { env, cwd, timeoutMilliseconds, show = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: env ?? process.env,
      ...(cwd === undefined ? {} : { cwd }),
      stdio: ['ignore', show ? 2 : 'pipe', show ? 2 : 'pipe'],
      // npm and other scripts are no programs on Windows.
      shell: process.platform === 'win32' && /\.(cmd|bat)$/i.test(command),
    });
    let out = '';
    let messages = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (out = (out + text).slice(-keptCharacters)));
    child.stderr?.setEncoding('utf8').on('data', (text) => (messages = (messages + text).slice(-4000)));
    /** @type {NodeJS.Signals | undefined} */
    let ending;
    /** @param {NodeJS.Signals} signal */
    const end = (signal) => {
      ending = signal;
      child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, end);
    let timedOut = false;
    const timer = timeoutMilliseconds
      ? setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, timeoutMilliseconds)
      : undefined;
    const settle = () => {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, end);
    };
    child.once('error', (error) => {
      settle();
      const code = /** @type {NodeJS.ErrnoException} */ (error).code;
      reject(new Error(code === 'ENOENT' ? `${command} is not installed` : `${command}: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      settle();
      if (ending !== undefined) {
        process.kill(process.pid, ending);
        return;
      }
      if (code === 0) {
        resolve(out);
        return;
      }
      const how = timedOut ? 'did not end in time' : `ended with ${signal ?? `exit code ${code}`}`;
      const tail = (messages || out).trim().split('\n').slice(-3).join('\n');
      reject(new Error(tail === '' || timedOut ? `${command} ${how}` : `${command} ${how}: ${tail}`));
    });
  });
}
