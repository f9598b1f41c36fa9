import { expect, it } from 'vitest';
import { readLines } from '../../../src/engine/experiment/lines-reader.ts';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { writeLine } from '../../../src/engine/experiment/run-writer.ts';
import { runLines } from '../../../src/shared/contract/run-lines.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const log = openLog(temporaryFolder());
const runId = createRun(log, samplePlan(), null);
for (let line = 1; line <= 5; line += 1) writeLine(log, runId, 'information', `line ${line}`);
writeLine(log, runId, 'warning', 'an image was left out');
writeLine(log, runId, 'trainer', '<b>TensorFlow</b> says\nwhat it says');

const texts = (request: Omit<Parameters<typeof readLines>[1], 'runId'>): string[] =>
  readLines(log, { runId, ...request }).lines.map(({ text }) => text);

it('gives a page of lines in the order they were written, and where the next begins', () => {
  const first = runLines.parse(readLines(log, { runId, limit: 3 }));
  expect(first.lines.map(({ text }) => text)).toEqual(['line 1', 'line 2', 'line 3']);
  expect(first.next).toBe(4);
  const rest = readLines(log, { runId, from: first.next ?? 0, limit: 100 });
  expect(rest.lines.map(({ position }) => position)).toEqual([4, 5, 6, 7]);
  expect(rest.next).toBeNull();
});

it('counts the lines of every level, whichever are asked for', () => {
  const found = readLines(log, { runId, levels: ['trainer'], limit: 10 });
  expect(found.counts).toEqual({ information: 5, warning: 1, error: 0, trainer: 1 });
  expect(found.lines).toMatchObject([{ position: 7, level: 'trainer', text: '<b>TensorFlow</b> says\nwhat it says' }]);
});

it('leaves out the lines of other levels, on each page', () => {
  expect(texts({ levels: ['warning', 'trainer'], limit: 1 })).toEqual(['an image was left out']);
  expect(texts({ levels: ['warning', 'trainer'], from: 7, limit: 1 })).toHaveLength(1);
  expect(texts({ levels: ['error'], limit: 1 })).toEqual([]);
});

it('refuses a run that is not in the log', async () => {
  await expectError(() => readLines(log, { runId: 'nowhere', limit: 1 }), 'run.unknown');
});
