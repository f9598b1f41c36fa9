import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pointKeys, walkPoints } from '../../../src/engine/experiment/points-reader.ts';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { readRun } from '../../../src/engine/experiment/run-reader.ts';
import { createService } from '../../../src/engine/service/create-service.ts';
import { encodeEvent, type SummaryValueMessage } from '../../../src/engine/exchange/tensorboard/messages.ts';
import { encodeRecord } from '../../../src/engine/exchange/tensorboard/record-file.ts';
import type { Imported } from '../../../src/shared/contract/run-exchange.ts';
import { runDetail } from '../../../src/shared/contract/run.ts';
import { expectError } from '../../support/expect-error.ts';
import { logFinishedRun } from '../../support/logged-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let homes = 0;

function newHome(): string {
  homes += 1;
  return path.join(root, `home-${homes}`);
}

function importFrom(home: string, given: string): Promise<Imported> {
  const service = createService({ home, cache: path.join(root, 'cache') });
  return service.transport
    .invoke('runs.import', { file: { kind: 'file', path: given } })
    .finally(() => service.close());
}

interface Point {
  readonly step: number;
  readonly value: SummaryValueMessage;
}

function writeEvents(folder: string, points: readonly Point[], name = 'events.out.tfevents.1700000000.host'): string {
  mkdirSync(folder, { recursive: true });
  const records = points.map(({ step, value }, index) =>
    encodeRecord(encodeEvent({ wallTime: 1_700_000_000 + index, step, summary: { value: [value] } })),
  );
  writeFileSync(path.join(folder, name), Buffer.concat(records));
  return path.join(folder, name);
}

const scalar = (tag: string, step: number, value: number): Point => ({ step, value: { tag, simpleValue: value } });

function valuesOf(
  home: string,
  runId: string,
  by: 'step' | 'epoch',
  key: string,
): (readonly [number, number | null])[] {
  const log = openLog(home);
  try {
    return [...walkPoints(log, runId, by, key)].flat().map(({ position, value }) => [position, value] as const);
  } finally {
    log.close();
  }
}

describe('a run as event files', () => {
  it('comes back with every metric that it had, and no plan of its own', async () => {
    const home = newHome();
    const log = openLog(home);
    const runId = logFinishedRun(log);
    const keys = { step: pointKeys(log, runId, 'step'), epoch: pointKeys(log, runId, 'epoch') };
    log.close();
    const service = createService({ home, cache: path.join(root, 'cache') });
    const out = path.join(root, 'events');
    const written = await service.transport.invoke('runs.export', {
      runIds: [runId],
      format: 'tensorboard',
      output: { kind: 'file', path: out },
    });
    // Its checkpoint holds no tensors: that is told, and the rest is written.
    expect(written.warnings).toEqual([expect.stringContaining('The weights of run')]);
    expect(written.path).toBe(out);
    await service.close();

    const other = newHome();
    const { runs } = await importFrom(other, out);
    expect(runs).toMatchObject([{ name: runId, outcome: 'imported', formerId: null }]);
    const [imported = ''] = runs.map((run) => run.runId);
    const theirs = openLog(other);
    expect(pointKeys(theirs, imported, 'step')).toEqual(keys.step);
    expect(pointKeys(theirs, imported, 'epoch')).toEqual(keys.epoch);
    const detail = runDetail.parse(readRun(theirs, imported));
    theirs.close();
    expect(detail.summary).toMatchObject({ status: 'finished', epochsDone: 3, network: 'unknown' });
    expect(detail.result.bestEpoch).toBe(3);
    expect(detail.result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(detail.result.warnings).toEqual([expect.stringContaining('hold metrics and no plan')]);
    for (const by of ['step', 'epoch'] as const) {
      for (const key of keys[by]) {
        const [mine, ours] = [valuesOf(home, runId, by, key), valuesOf(other, imported, by, key)];
        expect(ours.map(([position]) => position)).toEqual(mine.map(([position]) => position));
        // What TensorBoard keeps has single precision.
        expect(ours.map(([, value]) => value)).toEqual(
          mine.map(([, value]) => (value === null ? null : Math.fround(value))),
        );
      }
    }
    expect((await importFrom(other, out)).runs).toMatchObject([{ runId: imported, outcome: 'known' }]);
  });
});

describe('event files of others', () => {
  it('are one run where Keras wrote its parts, with epochs counted from 1', async () => {
    const folder = path.join(root, 'keras/my run');
    writeEvents(path.join(folder, 'train'), [
      scalar('epoch_loss', 0, 1),
      scalar('epoch_loss', 1, 0.5),
      scalar('batch_loss', 7, 3),
    ]);
    writeEvents(path.join(folder, 'validation'), [scalar('epoch_loss', 0, 2), scalar('epoch_accuracy', 0, 0.25)]);
    const home = newHome();
    const { runs } = await importFrom(home, path.join(root, 'keras'));
    expect(runs.map(({ name }) => name)).toEqual(['my run']);
    const [runId = ''] = runs.map((run) => run.runId);
    expect(valuesOf(home, runId, 'epoch', 'loss')).toEqual([
      [1, 1],
      [2, 0.5],
    ]);
    expect(valuesOf(home, runId, 'epoch', 'val_loss')).toEqual([[1, 2]]);
    expect(valuesOf(home, runId, 'epoch', 'val_accuracy')).toEqual([[1, 0.25]]);
    expect(valuesOf(home, runId, 'step', 'batch_loss')).toEqual([[7, 3]]);
    // An epoch of which not all is known is told by its curves alone.
    const log = openLog(home);
    expect(runDetail.parse(readRun(log, runId)).result.history).toEqual([]);
    log.close();
    expect(valuesOf(home, runId, 'epoch', 'seconds')).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  it('are a run for each folder, links are not followed, and what is no scalar is left out', async () => {
    const folder = path.join(root, 'several');
    writeEvents(path.join(folder, 'a'), [scalar('loss', 1, 1)]);
    writeEvents(path.join(folder, 'b/c'), [
      scalar('loss', 1, 2),
      // A run that was taken up again tells a step anew.
      scalar('loss', 1, 3),
      { step: 1, value: { tag: 'tensor', tensor: { dtype: 1, floatVal: [4] } } },
      {
        step: 1,
        value: { tag: 'double', tensor: { dtype: 2, tensorContent: Buffer.from(new Float64Array([5]).buffer) } },
      },
      { step: 1, value: { tag: 'text', tensor: { dtype: 7 } } },
      {
        step: 1,
        value: { tag: 'several', tensor: { dtype: 1, floatVal: [4, 5], tensorShape: { dim: [{ size: 2 }] } } },
      },
      scalar('nothing', 2, Number.NaN),
      scalar('zero', 0, 0),
    ]);
    symlinkSync(folder, path.join(folder, 'around'));
    const home = newHome();
    const { runs } = await importFrom(home, folder);
    expect(runs.map(({ name }) => name)).toEqual(['a', 'c']);
    const runId = runs.find(({ name }) => name === 'c')?.runId ?? '';
    const log = openLog(home);
    expect(pointKeys(log, runId, 'step')).toEqual(['double', 'loss', 'nothing', 'tensor', 'zero']);
    log.close();
    expect(valuesOf(home, runId, 'step', 'loss')).toEqual([[1, 3]]);
    expect(valuesOf(home, runId, 'step', 'tensor')).toEqual([[1, 4]]);
    expect(valuesOf(home, runId, 'step', 'double')).toEqual([[1, 5]]);
    expect(valuesOf(home, runId, 'step', 'zero')).toEqual([[0, 0]]);
    expect(valuesOf(home, runId, 'step', 'nothing')).toEqual([[2, null]]);
  });

  it('tell of the validation where one of its files is chosen by itself', async () => {
    const validation = path.join(root, 'chosen/my run/validation');
    const file = writeEvents(validation, [scalar('epoch_loss', 0, 2)]);
    for (const given of [file, validation]) {
      const home = newHome();
      const { runs } = await importFrom(home, given);
      expect(runs.map(({ name }) => name)).toEqual(['my run']);
      expect(valuesOf(home, runs[0]?.runId ?? '', 'epoch', 'val_loss')).toEqual([[1, 2]]);
    }
  });

  it('are told to lie in the trash where they do', async () => {
    const folder = path.join(root, 'thrown away');
    writeEvents(folder, [scalar('loss', 1, 1)]);
    const home = newHome();
    const { runs } = await importFrom(home, folder);
    const log = openLog(home);
    log.write('throw away', (database) => database.prepare('UPDATE run SET trashed_at = ended_at').run());
    log.close();
    const again = await importFrom(home, folder);
    expect(again.runs).toMatchObject([{ runId: runs[0]?.runId, outcome: 'known' }]);
    expect(again.warnings).toEqual([expect.stringContaining('lies in the trash')]);
  });

  it('are looked for so many folders deep, and what is deeper is told', async () => {
    const folder = path.join(root, 'deep');
    writeEvents(path.join(folder, 'a'), [scalar('loss', 1, 1)]);
    writeEvents(path.join(folder, '1/2/3/4/5/6/7/8/9'), [scalar('loss', 1, 1)]);
    const { runs, warnings } = await importFrom(newHome(), folder);
    expect(runs.map(({ name }) => name)).toEqual(['a']);
    expect(warnings).toEqual([expect.stringContaining('looked through')]);
  });

  it.runIf(process.platform === 'linux')('are refused with the reason where they cannot be read', async () => {
    await expectError(() => importFrom(newHome(), '/proc/self/mem'), 'import.unreadable', 'cannot be read');
  });

  it('may end in the middle of a record, as where a program was killed', async () => {
    const file = writeEvents(path.join(root, 'killed'), [scalar('loss', 1, 1), scalar('loss', 2, 0.5)]);
    writeFileSync(file, readFileSync(file).subarray(0, -3));
    const home = newHome();
    const { runs } = await importFrom(home, file);
    expect(valuesOf(home, runs[0]?.runId ?? '', 'step', 'loss')).toEqual([[1, 1]]);
  });

  it.each([
    {
      what: 'a changed byte',
      make: (folder: string) => {
        const file = writeEvents(folder, [scalar('loss', 1, 1), scalar('loss', 2, 0.5)]);
        const bytes = readFileSync(file);
        bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
        writeFileSync(file, bytes);
        return folder;
      },
      says: 'has another checksum',
    },
    {
      what: 'records of something else',
      make: (folder: string) => {
        const file = writeEvents(folder, []);
        writeFileSync(file, encodeRecord(Buffer.from('not an event at all')));
        return folder;
      },
      says: 'no event',
    },
    {
      what: 'a folder without any',
      make: (folder: string) => {
        mkdirSync(folder);
        return folder;
      },
      says: 'event files of TensorBoard',
    },
    {
      what: 'another file',
      make: (folder: string) => {
        mkdirSync(folder);
        writeFileSync(path.join(folder, 'notes.txt'), 'hello');
        return path.join(folder, 'notes.txt');
      },
      says: 'notes.txt',
    },
    { what: 'nothing', make: (folder: string) => folder, says: 'can be read' },
  ])('are refused with the reason where there is $what, and no run is left', async ({ what, make, says }) => {
    const folder = path.join(root, `bad-${what.replaceAll(' ', '-')}`);
    const home = newHome();
    const given = make(folder);
    await expectError(() => importFrom(home, given), 'import.unreadable', says);
    const log = openLog(home);
    const runs = log.read('count', (database) => database.prepare('SELECT count(*) FROM run').pluck().get());
    log.close();
    expect(runs).toBe(0);
    expect(readdirSync(home)).not.toContain('runs');
  });
});
