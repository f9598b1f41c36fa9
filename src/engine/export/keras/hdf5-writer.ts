import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import * as h5wasm from 'h5wasm';

/** What the library's file system asks of a file; its own types leave this out. */
interface FileNode {
  usedBytes: number;
  node_ops: { setattr(node: FileNode, attributes: { readonly size?: number }): void };
  stream_ops: {
    read(stream: unknown, target: Uint8Array, at: number, length: number, position: number): number;
    write(stream: unknown, source: Uint8Array, at: number, length: number, position: number): number;
  };
}

/** Beyond that, names of an attribute are written as several, for HDF5 keeps less than 64 KiB of one. */
const MOST_ATTRIBUTE_BYTES = 60_000;

/** Gives the library an empty file that is a real one: its own would lie in memory, as large as the network, twice. */
function attach(name: string, descriptor: number, fileSystem: typeof h5wasm.FS): void {
  if (!fileSystem) throw new TypeError('The library has no file system.');
  fileSystem.writeFile(name, new Uint8Array(0));
  const node = fileSystem.lookupPath(name, {}).node as unknown as FileNode;
  const usual = node.node_ops;
  node.node_ops = {
    ...usual,
    setattr: (own, { size, ...others }) => {
      usual.setattr(own, others);
      if (size === undefined) return;
      ftruncateSync(descriptor, size);
      own.usedBytes = size;
    },
  };
  node.stream_ops = {
    ...node.stream_ops,
    read: (_, target, at, length, position) => readSync(descriptor, target, at, length, position),
    write: (_, source, at, length, position) => {
      for (let done = 0; done < length;) {
        done += writeSync(descriptor, source, at + done, length - done, position + done);
      }
      node.usedBytes = Math.max(node.usedBytes, position + length);
      return length;
    },
  };
}

/** A list of names, in several attributes where it is long, as Keras does it. */
export function writeNames(group: h5wasm.Group, attribute: string, names: readonly string[]): void {
  const bytes = Math.max(1, ...names.map((name) => Buffer.byteLength(name)));
  const most = Math.max(1, Math.floor(MOST_ATTRIBUTE_BYTES / bytes));
  const parts = Array.from({ length: Math.ceil(names.length / most) }, (_, part) =>
    names.slice(part * most, (part + 1) * most),
  );
  for (const [index, part] of parts.entries()) {
    const name = parts.length === 1 ? attribute : `${attribute}${index}`;
    group.create_attribute(name, part, [part.length], `S${bytes}`);
  }
}

/** A text of any length. */
export function writeText(group: h5wasm.Group, attribute: string, text: string): void {
  group.create_attribute(attribute, text, [], 'S');
}

/** The group at a path, made with all those above it where they are not there yet. */
export function groupAt(root: h5wasm.Group, path: string): h5wasm.Group {
  return path.split('/').reduce((above, name) => {
    const there = above.get(name);
    return there instanceof h5wasm.Group ? there : above.create_group(name);
  }, root);
}

/**
 * Writes an HDF5 file. Of what lies in it one tensor at a time is in the library's memory.
 *
 * @param path of a file that is not there yet
 * @throws the system's error where the disk takes no more
 */
export async function writeHdf5(path: string, fill: (root: h5wasm.Group) => void): Promise<void> {
  const core = await h5wasm.ready;
  // Failures become exceptions with the library's own words, instead of lines on stderr and zeros.
  core.activate_throwing_error_handler();
  const name = `/written-${process.pid}.h5`;
  const descriptor = openSync(path, 'wx+');
  try {
    attach(name, descriptor, core.FS);
    const file = new h5wasm.File(name, 'a');
    fill(file);
    file.close();
  } finally {
    closeSync(descriptor);
    core.FS.unlink(name);
  }
}
