import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runResult, type RunResult } from '../src/shared/contract/run.ts';
import { runCommand, type Finished } from './run-command.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** A home and data caches of their own, empty at first, beside the toolchain that is already installed. */
export class Workspace implements Disposable {
  readonly #root = mkdtempSync(path.join(tmpdir(), 'thaw-bench-'));

  constructor() {
    const installed = process.env['THAW_CACHE'];
    if (installed === undefined) throw new Error('THAW_CACHE must name the cache folder. Run: npm run -s bench');
    mkdirSync(this.#cache);
    symlinkSync(path.join(installed, 'toolchain'), path.join(this.#cache, 'toolchain'));
  }

  get #cache(): string {
    return path.join(this.#root, 'cache');
  }

  /** `thaw train` as a person gives it, from the start of npm to the end of the process. */
  async train(
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<{ readonly seconds: number; readonly result: RunResult }> {
    const { seconds, document } = await this.command(['train', ...args], signal);
    return { seconds, result: runResult.parse(document) };
  }

  /** Any command of `thaw` that prints JSON, from the start of npm to the end of the process. */
  async command(args: readonly string[], signal: AbortSignal): Promise<Finished> {
    return runCommand('npm', ['run', '-s', 'thaw', '--', ...args, '--json'], {
      cwd: ROOT,
      env: { ...process.env, INIT_CWD: ROOT, THAW_CACHE: this.#cache, THAW_HOME: path.join(this.#root, 'home') },
      signal,
    });
  }

  /** A folder that goes with it. */
  folder(name: string): string {
    return path.join(this.#root, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}
