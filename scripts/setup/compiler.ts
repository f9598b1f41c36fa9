import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../bootstrap/command.mjs';
import { oneLine } from '../bootstrap/set-up-error.mjs';
import type { Context } from './context.ts';
import { downloadWheels } from './python.ts';
import { extractZip } from './zip.ts';

/** A C++ compiler, not yet known to work here. */
interface Compiler {
  readonly name: string;
  readonly run: (args: readonly string[]) => Promise<unknown>;
}

/** None could be had, or none compiles: another TensorFlow would not change that. */
export class NoCompilerError extends Error {}

/**
 * Compiles with the first compiler that can: the one the user names (`CXX`), the system's, the `ziglang` wheel's.
 *
 * @returns the name of the one that did
 * @throws NoCompilerError with the reason of each
 */
export async function compileWithAny(args: readonly string[], context: Context): Promise<string> {
  const { env, say } = context;
  const names = [env['CXX'] ?? '', 'c++', 'g++', 'clang++'].filter((name) => name !== '');
  const installed = async (name: string): Promise<Compiler> => {
    await runCommand(name, ['--version'], { env, timeoutMilliseconds: 60_000 });
    return { name, run: (all) => runCommand(name, all, { env }) };
  };
  const reasons: string[] = [];
  const packaged = (): Promise<Compiler> => {
    say(`No C++ compiler did it (${reasons.join(', ')}); taking the one in the ziglang wheel`);
    return provideZig(context);
  };
  for (const provide of [...[...new Set(names)].map((name) => () => installed(name)), packaged]) {
    try {
      const { name, run } = await provide();
      say(`Compiling TensorFlow's Node binding with ${name} ...`);
      await run(args);
      return name;
    } catch (error) {
      reasons.push(oneLine(error));
    }
  }
  throw new NoCompilerError(reasons.join(', '));
}

async function provideZig(context: Context): Promise<Compiler> {
  const { version, tags } = context.pins.ziglang;
  const platformTags = (tags as Readonly<Record<string, readonly string[]>>)[context.platform];
  if (platformTags === undefined) throw new Error(`there is no wheel for ${context.platform}`);
  const folder = path.join(context.toolchain, 'zig', version);
  const zig = path.join(folder, 'ziglang', 'zig');
  if (!existsSync(zig)) {
    const wheels = await downloadWheels({ requirement: `ziglang==${version}`, tags: platformTags }, context);
    const aside = `${folder}.part`;
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside, { recursive: true });
    for (const wheel of wheels) {
      context.say(`Unpacking ${path.basename(wheel)} ...`);
      await extractZip(wheel, aside, (name) => name);
    }
    chmodSync(path.join(aside, 'ziglang', 'zig'), 0o755);
    renameSync(aside, folder);
    for (const wheel of wheels) rmSync(wheel, { force: true });
  }
  const caches = path.join(context.toolchain, 'zig', 'cache');
  const env = { ...context.env, ZIG_GLOBAL_CACHE_DIR: caches, ZIG_LOCAL_CACHE_DIR: caches };
  // Its linker resolves the symbols of libraries that libraries need, unless told that they come at run time.
  const flags = process.platform === 'linux' ? ['-Wl,--allow-shlib-undefined', '-Wl,-z,undefs'] : [];
  const run = async (args: readonly string[]): Promise<void> => {
    await runCommand(zig, ['c++', ...args, ...flags], { env });
    // It holds zig's own C++ library, compiled; nothing else is ever built here.
    rmSync(caches, { recursive: true, force: true });
  };
  return { name: `zig c++ ${version}`, run };
}
