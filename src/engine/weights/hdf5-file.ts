import { tensorBytes } from '../network/tensor-memory.ts';
import { openSync, readSync } from 'node:fs';
import * as h5wasm from 'h5wasm';
import type { Hdf5Place } from './hdf5-task.ts';

/** What the library needs besides the tensor that it reads; beyond that a file asks for more than it could mean. */
const OWN_MEMORY_BYTES = 128 << 20;

let mostMemoryBytes = OWN_MEMORY_BYTES;
/** Whether what is asked for now went beyond it. */
let isOverBound = false;

/** A WebAssembly memory, of which Node's types know nothing. */
interface GrowingMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
const PAGE_BYTES = 65_536;

/** Sets a bound to what the library may allocate in this thread, where files of strangers say how much that is. */
function boundMemory(): void {
  const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: GrowingMemory } } }).WebAssembly;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its own `this`
  const { grow } = Memory.prototype;
  Memory.prototype.grow = function bounded(this: GrowingMemory, pages: number): number {
    const wanted = this.buffer.byteLength + pages * PAGE_BYTES;
    if (wanted <= mostMemoryBytes) return grow.call(this, pages);
    isOverBound = true;
    throw new RangeError(`${wanted} bytes are more than ${mostMemoryBytes}`);
  };
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

type Core = Awaited<typeof h5wasm.ready>;

/** Gives the library an empty file that reads from a real one, so that listing a file reads its headers alone. */
function attach(core: Core, name: string, place: Hdf5Place): void {
  const fileSystem = core.FS;
  const { content } = place;
  const descriptor = content ? null : openSync(place.path, 'r');
  fileSystem.writeFile(name, new Uint8Array(0));
  const node = fileSystem.lookupPath(name, {}).node as unknown as FileNode;
  node.usedBytes = place.bytes;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_, target, at, length, position) => {
      const most = Math.max(0, Math.min(length, place.bytes - position));
      if (content) {
        target.set(content.subarray(position, position + most), at);
        return most;
      }
      try {
        return readSync(descriptor ?? -1, target, at, most, place.offset + position);
      } catch {
        const { ErrnoError } = fileSystem as unknown as { ErrnoError: new (code: number) => Error };
        throw new ErrnoError(INPUT_OUTPUT_ERROR);
      }
    },
  };
}

/** The library's last word on what went wrong, without its stack of calls; it has none for memory that it did not get. */
export function hdf5Problem(error: unknown): string {
  if (isOverBound) return `it takes more than ${mostMemoryBytes} bytes of memory`;
  const text = error instanceof Error ? error.message : String(error);
  const reasons = [...text.matchAll(/^\s*#\d+: .*?\(\): (.*)$/gm)].map((match) => match[1] ?? '');
  return reasons.at(-1) ?? text.split('\n', 1)[0] ?? text;
}

/** An HDF5 file as the only one in a file system of the library's own: its links lead to nothing on this machine. */
export interface Hdf5File {
  readonly root: h5wasm.File;
  readonly library: typeof h5wasm;
  /** The bytes of a dataset, of which the caller knows how many it has, as its own type stores them. */
  readonly bytesOf: (dataset: string, bytes: number) => Uint8Array<ArrayBuffer>;
}

/**
 * Opens an HDF5 file in this thread, which is to end with it: what the library holds is bounded, but it gives nothing back,
 * and damaged structures can lead it in circles.
 */
export async function openHdf5(place: Hdf5Place): Promise<Hdf5File> {
  boundMemory();
  const core = await h5wasm.ready;
  // Failures become exceptions with the library's own words, instead of lines on stderr and zeros.
  core.activate_throwing_error_handler();
  const name = '/weights.h5';
  attach(core, name, place);
  const root = new h5wasm.File(name, 'r');
  const bytesOf = (dataset: string, bytes: number): Uint8Array<ArrayBuffer> => {
    // Of what is stored in chunks or packed, one chunk and what it unpacks to stand beside the whole.
    mostMemoryBytes = OWN_MEMORY_BYTES + 3 * bytes;
    isOverBound = false;
    const address = core._malloc(bytes);
    if (address === 0 && bytes > 0) throw new Error(`there is no room for the ${bytes} bytes of '${dataset}'`);
    try {
      core.get_dataset_data(root.file_id, dataset, null, null, null, BigInt(address));
      const copy = tensorBytes(bytes);
      copy.set(core.HEAPU8.subarray(address, address + bytes));
      return copy;
    } finally {
      core._free(address);
    }
  };
  return { root, library: h5wasm, bytesOf };
}
