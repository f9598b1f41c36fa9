import { createReadStream } from 'node:fs';
import { mkdir, open, symlink } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';

const blockBytes = 512;
/** Far more than the name of any member; a longer one is damage. */
const longestName = 4096;

/**
 * Extracts members of a gzipped tar file (POSIX ustar, and GNU long names): regular files, and symbolic links that
 * stay in their own folder.
 *
 * @param {string} archive
 * @param {string} destination
 * @param {(name: string) => string | null} choose where a member goes below `destination`; null leaves it out
 * @returns {Promise<string[]>} the files that were written
 * @throws Error when the archive is damaged or a member would leave `destination`
 */
export async function extractTar(archive, destination, choose) {
  const reader = readExactly(createReadStream(archive, { highWaterMark: 1 << 20 }).pipe(createGunzip()));
  const written = [];
  let longName = '';
  for (;;) {
    const header = await reader.take(blockBytes);
    // Two zero blocks end an archive; some writers leave them out.
    if (header === null || header[0] === 0) break;
    const size = octal(header, 124, 12);
    const type = String.fromCharCode(header[156] ?? 0);
    const prefix = text(header, 345, 155);
    const name = longName || (prefix ? `${prefix}/${text(header, 0, 100)}` : text(header, 0, 100));
    longName = '';
    const padding = (blockBytes - (size % blockBytes)) % blockBytes;
    if (type === 'L') {
      if (size > longestName) throw new Error(`a name in ${archive} has ${size} bytes`);
      const body = await reader.take(size);
      if (body === null) throw new Error(`${archive} ends in the middle of a name`);
      longName = text(body, 0, size);
      await reader.skip(padding);
      continue;
    }
    const chosen = type === '0' || type === '\0' || type === '2' ? choose(name) : null;
    if (chosen === null) {
      await reader.skip(size + padding);
      continue;
    }
    const target = path.resolve(destination, chosen);
    if (!target.startsWith(path.resolve(destination) + path.sep)) throw new Error(`${name} would leave ${destination}`);
    await mkdir(path.dirname(target), { recursive: true });
    if (type === '2') {
      const linkTarget = text(header, 157, 100);
      if (linkTarget.includes('/')) throw new Error(`the link ${name} leads out of its folder, to ${linkTarget}`);
      await symlink(linkTarget, target);
    } else {
      const mode = octal(header, 100, 8) & 0o111 ? 0o755 : 0o644;
      const file = await open(target, 'w', mode);
      try {
        await reader.copy(size, (piece) => file.writeFile(piece));
      } finally {
        await file.close();
      }
    }
    await reader.skip(padding);
    written.push(target);
  }
  return written;
}

/** @param {AsyncIterable<Buffer>} stream */
function readExactly(stream) {
  const pieces = stream[Symbol.asyncIterator]();
  /** @type {Buffer} */
  let rest = Buffer.alloc(0);
  /** @param {number} bytes @param {(piece: Buffer) => unknown} use @returns {Promise<boolean>} false at the end */
  const copy = async (bytes, use) => {
    let missing = bytes;
    while (missing > 0) {
      if (rest.length === 0) {
        const next = await pieces.next();
        if (next.done) {
          if (missing === bytes) return false;
          throw new Error('the archive ends in the middle of a member');
        }
        rest = next.value;
      }
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
      await use(piece);
    }
    return true;
  };
  return {
    /** @param {number} bytes @param {(piece: Buffer) => unknown} use */
    async copy(bytes, use) {
      if (!(await copy(bytes, use))) throw new Error('the archive ends before a member');
    },
    /** @param {number} bytes @returns {Promise<Buffer | null>} */
    async take(bytes) {
      /** @type {Buffer[]} */
      const taken = [];
      return (await copy(bytes, (piece) => taken.push(piece))) ? Buffer.concat(taken) : null;
    },
    /** @param {number} bytes */
    async skip(bytes) {
      await copy(bytes, () => undefined);
    },
  };
}

/** @param {Buffer} block @param {number} start @param {number} length */
function text(block, start, length) {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

/** @param {Buffer} block @param {number} start @param {number} length */
function octal(block, start, length) {
  const field = text(block, start, length).trim();
  const value = field === '' ? 0 : Number.parseInt(field, 8);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`an unreadable number in the archive: ${field}`);
  return value;
}
