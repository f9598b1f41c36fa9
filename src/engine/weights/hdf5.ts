import type * as h5wasm from 'h5wasm';
import { TimeLimitError, withTimeLimit } from './time-limit.ts';

type Hdf5Library = typeof h5wasm;

/** One instance of the WebAssembly library; after an abort, or work that had to be stopped, it is not used again. */
interface Instance {
  readonly library: Hdf5Library;
  isBroken: boolean;
}

let current: Promise<Instance> | null = null;
let instances = 0;
let files = 0;

/** The library compiles its 4 MB on import: only who opens an HDF5 file pays for it, once. */
async function startInstance(): Promise<Instance> {
  instances += 1;
  // A query makes the loader take the module for another one, and so start it afresh.
  const address = `${import.meta.resolve('h5wasm')}?instance=${instances}`;
  const library = (await import(address)) as Hdf5Library;
  const core = await library.ready;
  // Failures become exceptions with the library's own words, instead of lines on stderr and zeros.
  core.activate_throwing_error_handler();
  return { library, isBroken: false };
}

async function usableInstance(): Promise<Instance> {
  current ??= startInstance();
  const instance = await current;
  if (!instance.isBroken) return instance;
  current = startInstance();
  return current;
}

/** Wrong memory accesses and aborts of the WebAssembly come as this. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}

/** The library's last word on what went wrong, without its stack of calls. */
export function hdf5Problem(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const reasons = [...text.matchAll(/^\s*#\d+: .*?\(\): (.*)$/gm)].map((match) => match[1] ?? '');
  return reasons.at(-1) ?? text.split('\n', 1)[0] ?? text;
}

/** An HDF5 file, open. */
export interface Hdf5File {
  readonly root: h5wasm.File;
  readonly library: Hdf5Library;
  /**
   * Does work with the library. Everything that follows structures of the file not followed before needs the time limit:
   * damaged ones can lead in circles.
   *
   * @throws TimeLimitError, or the library's own error; see `hdf5Problem`
   */
  run<Result>(work: () => Result, milliseconds: number | null): Result;
  close(): void;
}

/**
 * Opens HDF5 bytes in a file system of the library's own: links and external storage lead to nothing on this machine.
 * The bytes are handed over, not copied.
 */
export async function openHdf5(bytes: Uint8Array, milliseconds: number): Promise<Hdf5File> {
  const instance = await usableInstance();
  const { library } = instance;
  const fileSystem = (await library.ready).FS;
  files += 1;
  const path = `/weights-${files}.h5`;
  const run = <Result>(work: () => Result, limit: number | null): Result => {
    if (instance.isBroken) throw new Error('the reader had to be stopped at another file; open this one again');
    try {
      return limit === null ? work() : withTimeLimit(work, limit);
    } catch (error) {
      if (isAbort(error) || error instanceof TimeLimitError) instance.isBroken = true;
      throw error;
    }
  };
  const remove = (): void => {
    if (!instance.isBroken) fileSystem.unlink(path);
  };
  // Its types know only `flags`; `canOwn` takes the bytes themselves instead of a copy.
  fileSystem.writeFile(path, bytes, { canOwn: true } as { flags?: string });
  try {
    const root = run(() => new library.File(path, 'r'), milliseconds);
    let isOpen = true;
    const close = (): void => {
      if (!isOpen) return;
      isOpen = false;
      try {
        if (!instance.isBroken) run(() => root.close(), milliseconds);
      } catch {
        // Nothing was written, so nothing is lost with a file that cannot be closed.
      } finally {
        remove();
      }
    };
    return { root, library, run, close };
  } catch (error) {
    remove();
    throw error;
  }
}
