import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { encodeEvent, type EventMessage } from './messages.ts';
import { encodeRecord } from './record-file.ts';

/** By which TensorBoard knows the file's version: events say themselves when a run began anew. */
const FILE_VERSION = 'brain.Event:2';
const BATCH_BYTES = 1 << 20;

/** TensorBoard looks for files that have `tfevents` in their name, and reads those of one folder in their order. */
export function eventFileName(startedAt: number): string {
  return `events.out.tfevents.${String(Math.floor(startedAt / 1000)).padStart(10, '0')}.thaw`;
}

export function isEventFile(name: string): boolean {
  return name.includes('tfevents');
}

/**
 * Writes events to a file, aside until it is whole.
 *
 * @returns the bytes it takes
 * @throws the file system's error
 */
export async function writeEventFile(file: string, events: Iterable<EventMessage>): Promise<number> {
  const aside = `${file}.${randomBytes(6).toString('hex')}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  let handle: FileHandle | null = null;
  let bytes = 0;
  try {
    handle = await open(aside, 'wx', 0o600);
    let batch: Buffer[] = [];
    let waiting = 0;
    const flush = async (): Promise<void> => {
      await handle?.writeFile(Buffer.concat(batch));
      bytes += waiting;
      [batch, waiting] = [[], 0];
    };
    let begun = false;
    for (const event of events) {
      const first = begun ? [] : [{ wallTime: event.wallTime, fileVersion: FILE_VERSION }];
      begun = true;
      for (const next of [...first, event]) {
        const record = encodeRecord(encodeEvent(next));
        batch.push(record);
        waiting += record.length;
      }
      if (waiting >= BATCH_BYTES) await flush();
    }
    await flush();
    await handle.sync();
    await handle.close();
    handle = null;
    await rename(aside, file);
    return bytes;
  } catch (error) {
    await handle?.close();
    await rm(aside, { force: true });
    throw error;
  }
}
