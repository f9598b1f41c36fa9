import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { centralDirectory, localHeader } from '../../src/engine/numpy/zip-structures.ts';

export interface ZipContent {
  readonly name: string;
  readonly content: Uint8Array | string;
  /** What its list says that it has; what it has, where left out. */
  readonly declaredBytes?: number;
  /** The mode of a Unix file, as a link has 0o120777. */
  readonly mode?: number;
}

const CENTRAL_SIGNATURE = 0x02014b50;

/** Says in a zip file's list that its members were packed on Unix, each with its mode. */
function setModes(directory: Buffer, contents: readonly ZipContent[]): void {
  let at = 0;
  for (const { mode } of contents) {
    if (directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) throw new Error('There is no such list.');
    if (mode !== undefined) {
      directory.writeUInt8(3, at + 5);
      directory.writeUInt32LE((mode << 16) >>> 0, at + 38);
    }
    at += 46 + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
}

/** Writes a zip file with whatever names and sizes, as nobody who means well would. */
export function writeZipFile(file: string, contents: readonly ZipContent[]): string {
  const pieces: Buffer[] = [];
  let offset = 0;
  const members = contents.map(({ name, content, declaredBytes }) => {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const member = {
      name,
      crc: crc32(bytes),
      bytes: declaredBytes ?? bytes.length,
      packedBytes: packed.length,
      offset,
    };
    const header = localHeader(member);
    pieces.push(header, packed);
    offset += header.length + packed.length;
    return member;
  });
  const directory = centralDirectory(members, offset);
  setModes(directory, contents);
  writeFileSync(file, Buffer.concat([...pieces, directory]));
  return file;
}
