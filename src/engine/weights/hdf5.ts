import type * as h5wasm from 'h5wasm';

export type Hdf5Library = typeof h5wasm;

/** The library compiles its 4 MB on import: only who opens an HDF5 file pays for it, once. */
let library: Promise<Hdf5Library> | null = null;
let instances = 0;
let files = 0;

async function startLibrary(): Promise<Hdf5Library> {
  instances += 1;
  // A query makes another instance of the module: after an abort the old one answers nothing any more.
  const address = `${import.meta.resolve('h5wasm')}?instance=${instances}`;
  const started = (await import(address)) as Hdf5Library;
  const core = await started.ready;
  // Failures become exceptions with the library's own words, instead of lines on stderr and zeros.
  core.activate_throwing_error_handler();
  return started;
}

/** True for a trap or an abort of the WebAssembly, after which its memory cannot be trusted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}

/** The library's last word on what went wrong, without its stack of calls. */
export function hdf5Problem(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const reasons = [...text.matchAll(/^\s*#\d+: .*?\(\): (.*)$/gm)].map((match) => match[1] ?? '');
  return reasons.at(-1) ?? text.split('\n', 1)[0] ?? text;
}

/**
 * Opens HDF5 bytes in a file system of the library's own: links and external storage lead to nothing on this machine.
 * The bytes are handed over, not copied.
 */
export async function openHdf5(bytes: Uint8Array): Promise<{
  readonly root: h5wasm.File;
  readonly library: Hdf5Library;
  /** After an abort of the WebAssembly the next file gets a fresh instance. */
  abandon(): void;
  close(): void;
}> {
  library ??= startLibrary();
  const own = library;
  const opened = await own;
  const fileSystem = (await opened.ready).FS;
  files += 1;
  const path = `/weights-${files}.h5`;
  const abandon = (): void => {
    if (library === own) library = null;
  };
  fileSystem.writeFile(path, bytes, { canOwn: true } as { flags?: string });
  try {
    const root = new opened.File(path, 'r');
    let isOpen = true;
    return {
      root,
      library: opened,
      abandon,
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        root.close();
        fileSystem.unlink(path);
      },
    };
  } catch (error) {
    if (isAbort(error)) abandon();
    else fileSystem.unlink(path);
    throw error;
  }
}
