import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const MAIN = path.resolve(import.meta.dirname, '../src/cli/main.ts');

export interface Served {
  /** With its token. */
  readonly address: string;
  readonly end: () => Promise<void>;
}

/**
 * Starts `thaw serve` in a process of its own, with empty data caches.
 *
 * @param home the workspace; its caches lie in it, and share nothing but the installed toolchain
 * @param parameters of `thaw serve`
 */
export async function serve(home: string, ...parameters: readonly string[]): Promise<Served> {
  const installed = process.env['THAW_CACHE'];
  if (installed === undefined) throw new Error('THAW_CACHE must name the cache folder. Run: npm run -s bench');
  const cache = path.join(home, 'cache');
  mkdirSync(cache, { recursive: true });
  const toolchain = path.join(cache, 'toolchain');
  if (!existsSync(toolchain)) symlinkSync(path.join(installed, 'toolchain'), toolchain);
  const child = spawn(process.execPath, [MAIN, 'serve', ...parameters], {
    env: { ...process.env, THAW_HOME: home, THAW_CACHE: cache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
      const [found] = /http:\/\/\S+/.exec(printed) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`thaw serve ended with exit code ${code ?? 'none'}.`)));
  });
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    await closed;
  };
  return { address, end };
}
