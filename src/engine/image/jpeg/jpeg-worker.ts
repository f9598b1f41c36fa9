/** The thread that reads JPEGs, decodes them and brings them to a network's size, so that nobody else has to. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { MAXIMUM_FILE_BYTES } from '../../dataset/examine-file.ts';
import type { JpegAnswer, JpegTask } from './jpeg-task.ts';

/** Of what ordinary photographs take; a larger file gets memory of its own. */
const SCRATCH_BYTES = 2 ** 22;
/** Begins every JPEG. */
const START = Buffer.of(0xff, 0xd8);

// Where no binary of it was made for this kind of machine, sharp decodes all images.
const decoder = await import('./decode-jpeg.ts').catch(() => null);
const scratch = Buffer.alloc(SCRATCH_BYTES);

/** A file's content, good until the next one is read; null where it is no JPEG. @throws the file system's error */
function readJpeg(file: string): Uint8Array | null {
  // To open what is no file may wait for ever.
  if (!statSync(file).isFile()) return null;
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    if (size > MAXIMUM_FILE_BYTES) return null;
    const content = size <= scratch.length ? scratch : Buffer.alloc(size);
    let done = 0;
    for (let read = 1; done < size && read > 0; done += read) {
      read = readSync(handle, content, done, size - done, done);
      if (done === 0 && content.compare(START, 0, START.length, 0, START.length) !== 0) return null;
    }
    return content.subarray(0, done);
  } finally {
    closeSync(handle);
  }
}

function answer({ number, input, preprocessing }: JpegTask): JpegAnswer {
  try {
    const content = typeof input === 'string' ? readJpeg(input) : input;
    return { number, decoded: content && (decoder?.decodeJpeg(content, preprocessing) ?? null) };
  } catch {
    // Sharp meets it as well, and says what it is.
    return { number, decoded: null };
  }
}

parentPort?.on('message', (task: JpegTask) => {
  const answered = answer(task);
  parentPort?.postMessage(answered, answered.decoded ? [answered.decoded.pixels.buffer] : []);
});
