import { statSync, utimesSync, type Stats } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { examineFile } from '../../../src/engine/dataset/examine-file.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const scratch = new Uint8Array(2 ** 16);
const MOMENT = 1000;
const HOUR = 3600 * MOMENT;

afterEach(() => vi.restoreAllMocks());

interface Case {
  readonly what: string;
  /** By how much its time of modification is ahead of when it was written, in milliseconds. */
  readonly ahead?: number;
  readonly now: (file: Stats) => number;
  readonly known: boolean;
}

test.each<Case>([
  { what: 'written long ago', now: ({ ctimeMs }) => ctimeMs + HOUR, known: true },
  { what: 'written a moment ago', now: ({ ctimeMs }) => ctimeMs + MOMENT, known: false },
  {
    what: 'written long ago by a clock that is ahead',
    ahead: 24 * HOUR,
    now: ({ ctimeMs }) => ctimeMs + HOUR,
    known: true,
  },
  {
    what: 'written a moment ago by a clock that is ahead',
    ahead: 24 * HOUR,
    now: ({ ctimeMs }) => ctimeMs + MOMENT,
    known: false,
  },
  {
    what: 'of a time that is a moment ahead',
    ahead: HOUR,
    now: ({ mtimeMs }) => mtimeMs - MOMENT,
    known: false,
  },
  { what: 'of a time that was a moment ago', ahead: HOUR, now: ({ mtimeMs }) => mtimeMs + MOMENT, known: false },
  {
    what: 'written before the clock was set back',
    now: ({ ctimeMs }) => ctimeMs - HOUR,
    known: true,
  },
])('a file $what is read again: not $known', async ({ ahead = 0, now, known }) => {
  await writeFiles(folder, { 'image.png': smallPng(1) });
  const file = path.join(folder, 'image.png');
  const time = (statSync(file).mtimeMs + ahead) / 1000;
  utimesSync(file, time, time);
  vi.spyOn(Date, 'now').mockReturnValue(now(statSync(file)));
  const first = examineFile(file, null, scratch);
  const again = first.kind === 'file' && examineFile(file, first.file.state, scratch).kind === 'unchanged';
  expect(again).toBe(known);
});
