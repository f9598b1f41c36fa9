import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { afterAll } from 'vitest';

const MAIN = path.join(import.meta.dirname, '../../src/cli/main.ts');

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly done: Promise<CommandResult>;
  /** What it has written to its error output so far. */
  readonly errors: () => string;
}

const running = new Map<ChildProcess, Promise<CommandResult>>();
afterAll(async () => {
  for (const child of running.keys()) child.kill('SIGKILL');
  await Promise.all(running.values());
});

export interface Surroundings {
  /** THAW_HOME */
  readonly home: string;
  /** The folder the user stands in. */
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts `thaw` as a person would, in a workspace of its own. */
export function startThaw(parameters: readonly string[], { home, cwd, environment }: Surroundings): RunningCommand {
  const child = spawn(process.execPath, [MAIN, ...parameters], {
    env: {
      ...process.env,
      THAW_HOME: home,
      THAW_CACHE: path.join(home, '../cache'),
      INIT_CWD: cwd ?? home,
      ...environment,
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const done = new Promise<CommandResult>((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, stdout, stderr });
    });
  });
  running.set(child, done);
  return { child, done, errors: () => stderr };
}

/** Asks a running `thaw` to end, as Ctrl+C does, and waits until it has. */
export async function end(command: RunningCommand | null): Promise<void> {
  command?.child.kill('SIGINT');
  await command?.done;
}

/** Runs `thaw` to its end. */
export function thaw(parameters: readonly string[], surroundings: Surroundings): Promise<CommandResult> {
  return startThaw(parameters, surroundings).done;
}
