import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { afterAll } from 'vitest';
import { findProgram } from './programs.ts';

/** Large enough for a window of 1440 x 900 with the frame that no window manager draws here. */
const SCREEN = '1600x1000x24';

/**
 * A display for the tests of one file: the one that is set, else an Xvfb on the first free number, ended after them.
 *
 * @returns what DISPLAY must be
 * @throws Error where there is neither
 */
export async function provideDisplay(): Promise<string> {
  const set = process.env['DISPLAY'];
  if (set !== undefined && set !== '') return set;
  const program = findProgram('Xvfb');
  if (program === null) throw new Error('there is no display, and Xvfb is not installed (Debian: apt install xvfb)');
  const server = spawn(program, ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  afterAll(() => void server.kill());
  const [number] = (await Promise.race([
    once(server.stdio[3] as Readable, 'data'),
    once(server, 'exit').then(() => {
      throw new Error('Xvfb ended before it had a display');
    }),
  ])) as unknown[];
  return `:${String(number).trim()}`;
}
