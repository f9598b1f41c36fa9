import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { showProgress } from './progress.mjs';
import { oneLine } from './set-up-error.mjs';

/**
 * @typedef {object} Checksum
 * @property {'sha256' | 'sha512'} algorithm
 * @property {string} hex
 */

/** A refusal that trying again does not change. */
class FinalError extends Error {}

/**
 * Downloads a file, unless it is there already: into `FILE.part`, which a later call goes on with, then checked, then
 * renamed. Without a checksum a part could come from another version of the file, so then it starts over.
 *
 * @param {object} what
 * @param {string} what.url
 * @param {string} what.file
 * @param {Checksum | null} what.checksum null only where the publisher names none
 * @param {number} [what.tries]
 * @param {number} [what.connectMilliseconds] until the answer's headers are here
 * @param {number} [what.stallMilliseconds] the longest pause between two pieces of the body
 * @param {number} [what.pauseMilliseconds] before the second try; doubled after each
 * @param {(line: string) => void} [what.say]
 * @returns {Promise<void>}
 * @throws Error whose message says in one line why the file could not be had
 */
export async function download({
  url,
  file,
  checksum,
  tries = 4,
  connectMilliseconds = 15_000,
  stallMilliseconds = 30_000,
  pauseMilliseconds = 1000,
  say = (line) => void process.stderr.write(`${line}\n`),
}) {
  const name = path.basename(file);
  if (checksum !== null && (await matches(file, checksum))) return;
  await mkdir(path.dirname(file), { recursive: true });
  const part = `${file}.part`;
  if (checksum === null) await rm(part, { force: true });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fetchInto(part, { url, name, connectMilliseconds, stallMilliseconds, resumable: checksum !== null });
      if (checksum !== null) await checkFile(part, checksum, name);
      await rename(part, file);
      return;
    } catch (error) {
      if (error instanceof FinalError || attempt >= tries)
        throw new Error(`${name}: ${oneLine(error)}`, { cause: error });
      const pause = pauseMilliseconds * 2 ** (attempt - 1);
      say(`${name}: ${oneLine(error)}; trying again (${attempt + 1} of ${tries})`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/**
 * @param {string} part
 * @param {{ url: string, name: string, connectMilliseconds: number, stallMilliseconds: number, resumable: boolean }} how
 */
async function fetchInto(part, { url, name, connectMilliseconds, stallMilliseconds, resumable }) {
  const here = resumable ? await sizeOf(part) : 0;
  const abort = new AbortController();
  let timer = setTimeout(
    () => abort.abort(new Error(`no answer within ${connectMilliseconds / 1000} s`)),
    connectMilliseconds,
  );
  try {
    // Without this header a server may compress the body, and byte ranges would count compressed bytes.
    const headers = { 'accept-encoding': 'identity', ...(here > 0 ? { range: `bytes=${here}-` } : {}) };
    const response = await fetch(url, { headers, signal: abort.signal });
    // The part may be whole already, or longer than the file: its checksum decides.
    if (response.status === 416) return;
    if (!response.ok || response.body === null) {
      const message = `${new URL(url).host} answered ${response.status} ${response.statusText}`.trim();
      throw response.status >= 500 || response.status === 429 ? new Error(message) : new FinalError(message);
    }
    const from = response.status === 206 ? rangeStart(response.headers.get('content-range')) : 0;
    if (from !== 0 && from !== here) throw new Error(`asked for bytes from ${here}, was sent those from ${from}`);
    const length = Number(response.headers.get('content-length') ?? NaN);
    const total = Number.isFinite(length) ? from + length : null;
    const progress = showProgress(from > 0 ? `Resuming ${name}` : `Fetching ${name}`, { done: from, total });
    const out = await open(part, from > 0 ? 'a' : 'w');
    let received = from;
    try {
      const stalled = () => abort.abort(new Error(`nothing came for ${stallMilliseconds / 1000} s`));
      for await (const piece of response.body) {
        clearTimeout(timer);
        await out.writeFile(piece);
        received += piece.length;
        progress.add(piece.length);
        timer = setTimeout(stalled, stallMilliseconds);
      }
    } finally {
      await out.close();
      progress.end();
    }
    if (total !== null && received !== total) throw new Error(`broke off after ${received} of ${total} bytes`);
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string | null} contentRange `bytes 100-199/200` */
function rangeStart(contentRange) {
  const found = /^bytes (\d+)-/.exec(contentRange ?? '');
  if (found === null) throw new FinalError(`an unreadable range came back: ${contentRange}`);
  return Number(found[1]);
}

/**
 * Throws a file away that is not the one it should be.
 *
 * @param {string} file
 * @param {Checksum} checksum
 * @param {string} [name] what to call it
 */
export async function checkFile(file, checksum, name = path.basename(file)) {
  const found = await digest(file, checksum.algorithm);
  if (found === checksum.hex) return;
  // What is wrong now stays wrong: a later try must not go on with it.
  await rm(file, { force: true });
  throw new Error(`${name} must have ${checksum.algorithm} ${checksum.hex}, found ${found}; it was thrown away`);
}

/** @param {string} file @param {Checksum} checksum */
async function matches(file, checksum) {
  return (await sizeOf(file)) > 0 && (await digest(file, checksum.algorithm)) === checksum.hex;
}

/** @param {string} file @param {Checksum['algorithm']} algorithm */
async function digest(file, algorithm) {
  const sum = createHash(algorithm);
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) sum.update(piece);
  return sum.digest('hex');
}

/** @param {string} file */
async function sizeOf(file) {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
