import { fork, type ChildProcess } from 'node:child_process';
import { modelEnvironment } from '../network/config/model-record.ts';

/** TensorFlow writes it before it reads how much it is to say, and it would be taken for the reason of an end. */
const NOTE_ON_ONEDNN = /^.*oneDNN custom operations are on\..*$\n?/gm;
/** As much of what a child wrote to its error output as is worth keeping. */
const TAIL_CHARACTERS = 16_384;

export interface ForkedEntry {
  readonly child: ChildProcess;
  /** The end of what it wrote to its outputs so far. */
  readonly tail: () => string;
}

/**
 * Forks an entry file of the engine on the same Node, in a session of its own, so that a terminal's Ctrl+C reaches only
 * the host, which then asks for the stop. Typed arrays cross its channel as they are.
 *
 * @param entry the path of the file
 * @param env what it finds in its environment; this process' own by default
 */
export function forkEntry(entry: string, env: NodeJS.ProcessEnv = process.env): ForkedEntry {
  const child = fork(entry, [], {
    execPath: process.execPath,
    execArgv: [],
    env: modelEnvironment(env),
    detached: true,
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let tail = '';
  const keep = (chunk: string): void => {
    tail = (tail + chunk).slice(-TAIL_CHARACTERS);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  return { child, tail: () => tail.replace(NOTE_ON_ONEDNN, '').trim() };
}

/** Lets this process end before the child does. */
export function detach({ child }: ForkedEntry): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

/** How a process ended, for people: `signal SIGKILL`, `exit code 134`. */
export function endingOf(code: number | null, signal: string | null): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}
