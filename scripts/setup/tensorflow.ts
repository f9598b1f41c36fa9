import { existsSync } from 'node:fs';
import path from 'node:path';

/** TensorFlow as files that a binding can be linked with. */
export interface TensorFlowFiles {
  readonly origin: string;
  /** The folder of the libraries. */
  readonly directory: string;
  /** The C API and what it stands on, as paths; the dynamic linker finds each beside the other. */
  readonly libraries: readonly string[];
  readonly include: string;
  /** Folders that the dynamic linker must search besides: CUDA's. */
  readonly libraryPaths: readonly string[];
  /** A binding that its publisher compiled for exactly these files; for machines without a compiler. */
  readonly compiledBinding?: () => Promise<string>;
}

const libraryNames: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  linux: [
    ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
    ['libtensorflow.so.2', 'libtensorflow_framework.so.2'],
  ],
  darwin: [
    ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    ['libtensorflow.2.dylib', 'libtensorflow_framework.2.dylib'],
  ],
};

/**
 * Looks for TensorFlow's libraries and C headers in a folder: the `tensorflow` folder of a Python package, or an
 * unpacked libtensorflow archive.
 *
 * @throws Error naming the first thing that is not there
 */
export function inspectTensorFlow(
  folder: string,
  origin: string,
  libraryPaths: readonly string[] = [],
  platform: string = process.platform,
): TensorFlowFiles {
  const names = libraryNames[platform];
  if (names === undefined) throw new Error(`the binding is not built on ${platform} yet`);
  if (!existsSync(folder)) throw new Error(`${folder} does not exist`);
  const include = path.join(folder, 'include');
  const header = path.join(include, 'tensorflow', 'c', 'c_api.h');
  if (!existsSync(header)) throw new Error(`${header} does not exist`);
  for (const directory of [folder, path.join(folder, 'lib')]) {
    for (const pair of names) {
      const libraries = pair.map((name) => path.join(directory, name));
      if (libraries.every((file) => existsSync(file))) return { origin, directory, libraries, include, libraryPaths };
    }
  }
  throw new Error(`${folder} holds neither ${names.map(([library]) => library).join(' nor ')}`);
}
