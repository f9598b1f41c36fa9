import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../bootstrap/command.mjs';
import { libraryEnvironment } from '../bootstrap/library-path.mjs';
import { compileWithAny, NoCompilerError } from './compiler.ts';
import type { Context } from './context.ts';
import type { TensorFlowFiles } from './tensorflow.ts';
import { tfjsFolder, tfjsVersion } from './tfjs-package.ts';

/** A binding that was loaded once, and what it then said. */
export interface Binding {
  readonly path: string;
  readonly compiler: string;
  readonly tensorflowVersion: string;
}

/**
 * Compiles tfjs-node-gpu's two C++ files against TensorFlow's libraries, unless that was done before, and loads the
 * result in a process of its own.
 *
 * @throws NoCompilerError when there is none; Error when it does not compile or load
 */
export async function provideBinding(tensorflow: TensorFlowFiles, context: Context): Promise<Binding> {
  const folder = path.join(context.toolchain, 'binding', await keyOf(tensorflow, context));
  const file = path.join(folder, 'tfjs_binding.node');
  if (!existsSync(file)) {
    try {
      await compile(tensorflow, file, context);
    } catch (error) {
      if (tensorflow.compiledBinding === undefined || !(error instanceof NoCompilerError)) throw error;
      context.say('Fetching the binding that its publisher compiled ...');
      const compiled = await tensorflow.compiledBinding();
      return { path: compiled, compiler: 'its publisher', tensorflowVersion: await load(compiled, tensorflow) };
    }
  }
  const tensorflowVersion = await load(file, tensorflow);
  return { path: file, compiler: await readFile(path.join(folder, 'compiler'), 'utf8'), tensorflowVersion };
}

/** Two TensorFlows at the same place at different times are told apart by their libraries' size and time. */
async function keyOf(tensorflow: TensorFlowFiles, { root, pins }: Context): Promise<string> {
  const libraries = tensorflow.libraries.map((library) => {
    const { size, mtimeMs } = statSync(library);
    return [library, size, mtimeMs];
  });
  const identity = JSON.stringify([pins.recipe, await tfjsVersion(root), libraries]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}

async function compile(tensorflow: TensorFlowFiles, file: string, context: Context): Promise<void> {
  const source = tfjsFolder(context.root);
  const aside = `${file}.part`;
  mkdirSync(path.dirname(file), { recursive: true });
  const flags = [
    '-O2',
    '-std=c++17',
    '-fPIC',
    '-shared',
    '-w',
    '-DNAPI_VERSION=8',
    `-I${path.join(context.root, 'node_modules', 'node-api-headers', 'include')}`,
    `-I${source}`,
    `-I${tensorflow.include}`,
    path.join(source, 'binding', 'tfjs_backend.cc'),
    path.join(source, 'binding', 'tfjs_binding.cc'),
    ...tensorflow.libraries,
    `-Wl,-rpath,${tensorflow.directory}`,
    // On macOS the linker must be told that Node's own symbols come at run time.
    ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
    '-o',
    aside,
  ];
  const compiler = await compileWithAny(flags, context);
  writeFileSync(path.join(path.dirname(file), 'compiler'), compiler);
  renameSync(aside, file);
}

/** @returns the version that the loaded TensorFlow says it has */
async function load(file: string, { libraryPaths }: TensorFlowFiles): Promise<string> {
  const script = 'process.stdout.write("version=" + require(process.argv[1]).TF_Version)';
  const env = { ...process.env, ...libraryEnvironment(libraryPaths, process.env), TF_CPP_MIN_LOG_LEVEL: '3' };
  const answer = await runCommand(process.execPath, ['-e', script, file], { env, timeoutMilliseconds: 120_000 });
  const found = /version=(\S+)$/.exec(answer)?.[1];
  if (found === undefined) throw new Error(`the binding loads but tells no version: ${answer}`);
  return found;
}
