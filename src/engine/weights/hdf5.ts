import { closeSync, openSync, readSync } from 'node:fs';
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

/** Where the bytes of an HDF5 file lie: a file, or a part of one. */
export interface Hdf5Place {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

/** What the library's file system asks of a file; its own types leave this out. */
interface FileNode {
  usedBytes: number;
  stream_ops: {
    read(stream: unknown, target: Uint8Array, at: number, length: number, position: number): number;
  };
}

/** `EIO` of the library's file system. */
const INPUT_OUTPUT_ERROR = 29;

/** Gives the library an empty file that reads from a real one, so that listing a file reads its headers alone. */
function attach(core: Awaited<Hdf5Library['ready']>, path: string, place: Hdf5Place): () => void {
  const fileSystem = core.FS;
  const descriptor = openSync(place.path, 'r');
  fileSystem.writeFile(path, new Uint8Array(0));
  const node = fileSystem.lookupPath(path, {}).node as unknown as FileNode;
  node.usedBytes = place.bytes;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_, target, at, length, position) => {
      const most = Math.max(0, Math.min(length, place.bytes - position));
      try {
        return readSync(descriptor, target, at, most, place.offset + position);
      } catch {
        const { ErrnoError } = fileSystem as unknown as { ErrnoError: new (code: number) => Error };
        throw new ErrnoError(INPUT_OUTPUT_ERROR);
      }
    },
  };
  return () => closeSync(descriptor);
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
  /** The bytes of a dataset, of which the caller knows how many it has, as its own type stores them. */
  bytesOf(dataset: string, bytes: number, milliseconds: number | null): Uint8Array<ArrayBuffer>;
  close(): void;
}

/**
 * Opens an HDF5 file as the only one in a file system of the library's own: links and external storage lead to nothing on
 * this machine. What is not asked for is not read.
 */
export async function openHdf5(place: Hdf5Place, milliseconds: number): Promise<Hdf5File> {
  const instance = await usableInstance();
  const { library } = instance;
  const core = await library.ready;
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
  const detach = attach(core, path, place);
  const remove = (): void => {
    detach();
    if (!instance.isBroken) core.FS.unlink(path);
  };
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
    const bytesOf = (dataset: string, bytes: number, limit: number | null): Uint8Array<ArrayBuffer> => {
      const address = core._malloc(bytes);
      if (address === 0 && bytes > 0) throw new Error(`there is no room for the ${bytes} bytes of '${dataset}'`);
      try {
        run(() => core.get_dataset_data(root.file_id, dataset, null, null, null, BigInt(address)), limit);
        return core.HEAPU8.slice(address, address + bytes);
      } finally {
        if (!instance.isBroken) core._free(address);
      }
    };
    return { root, library, run, bytesOf, close };
  } catch (error) {
    remove();
    throw error;
  }
}
