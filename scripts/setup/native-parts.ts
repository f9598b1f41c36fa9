import type { Manifest } from '../bootstrap/stamp.mjs';
import { oneLine } from '../bootstrap/set-up-error.mjs';
import { provideBinding } from './binding.ts';
import type { Context } from './context.ts';
import { inspectTensorFlow, type TensorFlowFiles } from './tensorflow.ts';
import { fromInstalledPython } from './routes/installed-python.ts';
import { fromLibtensorflow } from './routes/libtensorflow.ts';
import { fromWheel } from './routes/wheel.ts';

/** A way to TensorFlow; the routes are tried in order. */
export interface Route {
  readonly name: string;
  readonly provide: (context: Context) => TensorFlowFiles | Promise<TensorFlowFiles>;
}

/** The part of a manifest that is provided here. */
export type NativeParts = Pick<Manifest, 'tensorflow' | 'binding' | 'missing' | 'files'>;

/** DESIGN's order: what the user names, what is installed, what the package index has, what tfjs itself fetches. */
export function routesFor(tensorflowDirectory: string | null): readonly Route[] {
  const named = (folder: string): Route => ({
    name: 'THAW_TENSORFLOW_DIR',
    provide: () => inspectTensorFlow(folder, `THAW_TENSORFLOW_DIR (${folder})`),
  });
  return [
    ...(tensorflowDirectory === null ? [] : [named(tensorflowDirectory)]),
    { name: 'installed Python TensorFlow', provide: fromInstalledPython },
    { name: 'TensorFlow wheel', provide: fromWheel },
    { name: 'libtensorflow archive', provide: fromLibtensorflow },
  ];
}

/**
 * Brings TensorFlow and a binding that loads with it, by the first route that gives both. Says for each route that
 * fails why, in one line.
 */
export async function provideNativeParts(
  routes: readonly Route[],
  context: Context,
  bind: typeof provideBinding = provideBinding,
): Promise<NativeParts> {
  const reasons: string[] = [];
  let found: TensorFlowFiles | null = null;
  for (const { name, provide } of routes) {
    try {
      const tensorflow = await provide(context);
      found ??= tensorflow;
      const binding = await bind(tensorflow, context);
      return {
        tensorflow: {
          version: binding.tensorflowVersion,
          origin: tensorflow.origin,
          directory: tensorflow.directory,
          libraryPaths: [...tensorflow.libraryPaths],
        },
        binding: { path: binding.path, compiler: binding.compiler },
        missing: [],
        files: [...tensorflow.libraries, binding.path],
      };
    } catch (error) {
      const reason = `${name}: ${oneLine(error)}`;
      reasons.push(reason);
      context.say(`Not available: ${reason}`);
    }
  }
  // Which TensorFlow it would have been is of no use without a binding, so both parts are told as one.
  return {
    tensorflow: null,
    binding: null,
    missing: [{ part: found === null ? 'tensorflow' : 'binding', reasons }],
    files: [],
  };
}

/** What to install when no route led anywhere; one list, whatever the routes' reasons were. */
export const remedy = [
  'Any one of these is enough; then run `npm run setup`:',
  '  - Python 3 with pip, and a connection to its package index (Debian: `apt install python3-pip`);',
  '  - TensorFlow 2.9 or newer in that Python (`pip install tensorflow-cpu`) and a C++ compiler (`apt install g++`);',
  '  - a folder with libtensorflow and its headers, named by THAW_TENSORFLOW_DIR, and a C++ compiler.',
].join('\n');
