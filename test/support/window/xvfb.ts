import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { findProgram } from './programs.ts';

/** Large enough for a window of 1440 x 900 with the frame that no window manager draws here. */
const SCREEN = '1600x1000x24';

export interface Display {
  /** What DISPLAY must be. */
  readonly name: string;
  readonly end: () => void;
}

/**
 * The display that is set, else an Xvfb on the first free number.
 *
 * @throws Error where there is neither
 */
export async function openDisplay(): Promise<Display> {
  const set = process.env['DISPLAY'];
  if (set !== undefined && set !== '') return { name: set, end: () => undefined };
  const program = findProgram('Xvfb');
  if (program === null) throw new Error('there is no display, and Xvfb is not installed (Debian: apt install xvfb)');
  const server = spawn(program, ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [number] = (await Promise.race([
    once(server.stdio[3] as Readable, 'data'),
    once(server, 'exit').then(() => {
      throw new Error('Xvfb ended before it had a display');
    }),
  ])) as unknown[];
  return { name: `:${String(number).trim()}`, end: () => void server.kill() };
}
