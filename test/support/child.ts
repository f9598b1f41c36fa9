import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll } from 'vitest';

const started = new Set<ChildProcess>();
afterAll(() => Promise.all([...started].map(killHard)));

/**
 * A process of `test/support/processes`, killed after the tests of the file at the latest.
 *
 * @param environment what it is told beside this process' own
 */
export function startProcess(
  name: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const file = path.join(import.meta.dirname, 'processes', `${name}.ts`);
  const child = fork(file, parameters, { execArgv: [], env: { ...process.env, ...environment } });
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

/** The next message of a process. */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as unknown[];
  return message;
}

/** Kills a process as the system does when memory runs out, and waits until it is gone. */
export async function killHard(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
