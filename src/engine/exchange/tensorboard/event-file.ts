import { writePieces } from '../write-pieces.ts';
import { encodeEvent, type EventMessage } from './messages.ts';
import { encodeRecord } from './record-file.ts';

/** By which TensorBoard knows the file's version: events say themselves when a run began anew. */
const FILE_VERSION = 'brain.Event:2';

/** TensorBoard looks for files that have `tfevents` in their name, and reads those of one folder in their order; ours ends as
 * TensorFlow 2's do, for what ends in `.thaw` is a run. */
export function eventFileName(startedAt: number): string {
  return `events.out.tfevents.${String(Math.floor(startedAt / 1000)).padStart(10, '0')}.thaw.v2`;
}

export function isEventFile(name: string): boolean {
  return name.includes('tfevents');
}

function* records(events: Iterable<EventMessage>): Generator<Buffer> {
  let begun = false;
  for (const event of events) {
    if (!begun) yield encodeRecord(encodeEvent({ wallTime: event.wallTime, fileVersion: FILE_VERSION }));
    begun = true;
    yield encodeRecord(encodeEvent(event));
  }
}

/**
 * Writes events to a file, aside until it is whole.
 *
 * @returns the bytes it takes
 * @throws the file system's error
 */
export function writeEventFile(file: string, events: Iterable<EventMessage>): Promise<number> {
  return writePieces(file, records(events));
}
