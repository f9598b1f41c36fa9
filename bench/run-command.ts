import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** A process that ran to its end. */
export interface Finished {
  /** From the moment it was started until it had ended. */
  readonly seconds: number;
  /** The JSON document on its stdout. */
  readonly document: unknown;
}

const SHOWN = 2000;

/**
 * Runs a process that prints one JSON document, and takes the time of all of it.
 *
 * @throws Error with the end of its stderr when it fails
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<Finished> {
  const started = performance.now();
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [code, output, told] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}:\n${`${told}\n${output}`.slice(-SHOWN)}`);
  }
  return { seconds, document: JSON.parse(output) };
}
