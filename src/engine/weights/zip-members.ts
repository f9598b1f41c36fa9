import { tensorBytes } from '../network/tensor-memory.ts';
import { stat } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { MalformedZip, ZipReader, type ZipMember } from '../numpy/zip-reader.ts';
import { METHODS, RECORD_BYTES, SIGNATURES } from '../numpy/zip-structures.ts';
import { DAMAGED_HINT, readInto, regularFileBytes, unreadable, unreadableFile } from './files.ts';

/** Deflate makes no more of a byte than this. */
const LARGEST_EXPANSION = 1032;
const LARGEST_MEMBER_BYTES = 2 ** 31 - 1;
/** Weights hardly pack; an archive of far more than its own size is a bomb. */
const LARGEST_TOTAL_EXPANSION = 64;

/** What a zip file lists, in its order: members that can lie in it. @throws ThawError `weights.unreadable` */
export async function zipMembers(path: string): Promise<ReadonlyMap<string, ZipMember>> {
  let members: ReadonlyMap<string, ZipMember>;
  let fileBytes: number;
  try {
    const zip = await ZipReader.open(path);
    await zip.close();
    members = zip.members;
    fileBytes = (await stat(path)).size;
  } catch (error) {
    if (!(error instanceof MalformedZip)) throw unreadableFile(path, error);
    throw unreadable(path, `A zip archive ends with a list of what is in it; ${error.message}.`, DAMAGED_HINT, error);
  }
  let claimed = 0;
  for (const member of members.values()) {
    if (member.offset + member.packedBytes > fileBytes) {
      throw refused(path, member, `claims ${member.packedBytes} bytes at ${member.offset} of ${fileBytes}`);
    }
    claimed += member.bytes;
    if (claimed > fileBytes * LARGEST_TOTAL_EXPANSION) {
      throw refused(path, member, `brings what it holds to ${claimed} bytes, packed in a file of ${fileBytes}`);
    }
  }
  return members;
}

function refused(path: string, member: ZipMember, found: string): Error {
  return unreadable(
    path,
    `A member of a zip archive is as its list describes it; '${member.name}' ${found}.`,
    DAMAGED_HINT,
  );
}

/** Where the packed bytes of a member begin: its name and more stand before them once again. */
function memberStart(path: string, member: ZipMember): number {
  const header = Buffer.alloc(RECORD_BYTES.local);
  readInto(path, member.offset, header);
  if (header.readUInt32LE(0) !== SIGNATURES.local) throw refused(path, member, 'is not where it says');
  return member.offset + RECORD_BYTES.local + header.readUInt16LE(26) + header.readUInt16LE(28);
}

/**
 * Where the bytes of a member begin that is stored as it is, for one who reads them from the file itself.
 *
 * @throws ThawError `weights.unreadable` for one of two sizes, or that ends beyond the file
 */
export async function storedMemberStart(path: string, member: ZipMember): Promise<number> {
  const { bytes, packedBytes } = member;
  if (bytes !== packedBytes) throw refused(path, member, `is not packed, and has ${packedBytes} of ${bytes} bytes`);
  const start = memberStart(path, member);
  const fileBytes = await regularFileBytes(path);
  if (start + bytes > fileBytes) throw refused(path, member, `claims ${bytes} bytes at ${start} of ${fileBytes}`);
  return start;
}

/** Some tools write no checksum, and 0 for it. */
function checkSum(path: string, member: ZipMember, bytes: Uint8Array): void {
  if (member.crc !== 0 && crc32(bytes) !== member.crc) throw refused(path, member, 'has another checksum');
}

function inflated(path: string, member: ZipMember): Uint8Array<ArrayBuffer> {
  const { bytes, packedBytes } = member;
  if (bytes > (packedBytes + 1) * LARGEST_EXPANSION) throw refused(path, member, `cannot hold ${bytes} bytes`);
  const packed = new Uint8Array(packedBytes);
  readInto(path, memberStart(path, member), packed);
  let content: Buffer<ArrayBuffer>;
  try {
    content = inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
  } catch (error) {
    throw unreadable(path, `A packed member unpacks to its size; '${member.name}' does not.`, DAMAGED_HINT, error);
  }
  if (content.length !== bytes) throw refused(path, member, `has ${content.length} bytes, not ${bytes}`);
  checkSum(path, member, content);
  // A copy begins where numbers of any size may.
  return new Uint8Array(content);
}

/**
 * Bytes of a member that `zipMembers` listed; its checksum is compared where all of it is read.
 *
 * @throws ThawError `weights.unreadable`
 */
export function readMember(
  path: string,
  member: ZipMember,
  offset = 0,
  length = member.bytes,
): Uint8Array<ArrayBuffer> {
  const { method, bytes, packedBytes } = member;
  if (bytes > LARGEST_MEMBER_BYTES) throw refused(path, member, `has ${bytes} bytes, more than are read at once`);
  if (offset + length > bytes) throw refused(path, member, `has no ${length} bytes at ${offset} of its ${bytes}`);
  if (method === METHODS.deflated) return inflated(path, member).slice(offset, offset + length);
  if (method !== METHODS.stored) throw refused(path, member, `is packed by the method ${method}`);
  if (bytes !== packedBytes) throw refused(path, member, `is not packed, and has ${packedBytes} of ${bytes} bytes`);
  const content = tensorBytes(length);
  readInto(path, memberStart(path, member) + offset, content);
  if (length === bytes) checkSum(path, member, content);
  return content;
}
