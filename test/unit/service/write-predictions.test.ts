import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { openLog, runDirectory } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import type { WritePredictionsRequest, WrittenPredictions } from '../../../src/shared/contract/write-predictions.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const home = temporaryFolder();
const service = createService({
  home,
  cache: path.join(home, 'cache'),
  entries: { predictor: path.join(import.meta.dirname, '../../support/processes/scripted-predictor.ts') },
});
afterAll(() => service.close());

function runWithCheckpoint(): string {
  const log = openLog(home);
  const id = createRun(log, samplePlan(), null);
  setStatus(log, id, 'stopped');
  releaseTrainerLock(log, id);
  log.close();
  const folder = path.join(runDirectory(home, id), 'checkpoints');
  mkdirSync(path.join(folder, 'step-1'), { recursive: true });
  writeFileSync(path.join(folder, 'index.json'), JSON.stringify({ schemaVersion: 1, last: 'step-1', best: 'step-1' }));
  return id;
}

const runId = runWithCheckpoint();
const out = path.join(home, 'out');
mkdirSync(out);

/** More than are asked about at a time; the predictor here reads none of them. */
const MANY = 600;
const photos = path.join(home, 'photos');
mkdirSync(path.join(photos, 'deep'), { recursive: true });
for (let index = 0; index < MANY; index += 1)
  writeFileSync(path.join(photos, `${index}`.padStart(4, '0') + '.png'), '');
writeFileSync(path.join(photos, 'deep', '=1+1,"a".png'), '');
writeFileSync(path.join(photos, 'notes.txt'), 'no image');
symlinkSync('/', path.join(photos, 'out'));

async function write(
  changes: Partial<WritePredictionsRequest> = {},
  file = path.join(out, 'predictions.csv'),
): Promise<WrittenPredictions> {
  const output = { kind: 'file', path: file } as const;
  return service.transport.invoke('predictions.write', { runId, images: [photos], top: 2, output, ...changes });
}

describe('predictions that are written to a file', () => {
  it('have a row for each image of a folder, by its place in it, and one for what could not be read', async () => {
    const written = await write();
    expect(written).toMatchObject({ runId, images: MANY + 2, unreadable: 1, path: path.join(out, 'predictions.csv') });
    expect(written.problems).toEqual([{ path: 'out', reason: expect.stringContaining('link') as string }]);
    const lines = readFileSync(path.join(out, 'predictions.csv'), 'utf8').split('\r\n');
    expect(lines[0]).toBe('path,class_1,probability_1,class_2,probability_2,problem');
    expect(lines[1]).toMatch(/^0000\.png,process \d+,1,,,$/);
    expect(lines.slice(1, MANY + 1).map((line) => line.slice(0, 4))).toEqual(
      Array.from({ length: MANY }, (_, index) => `${index}`.padStart(4, '0')),
    );
    // A name of anybody's is a cell, and no formula.
    expect(lines[MANY + 1]).toMatch(/^"deep\/=1\+1,""a""\.png",process/);
    expect(lines[MANY + 2]).toMatch(/^out,,,,,it is a link/);
    expect(lines.slice(MANY + 3)).toEqual(['']);
  });

  it('are kept for a window to fetch, of several folders with the name of each before its images', async () => {
    const other = path.join(home, 'others');
    mkdirSync(other);
    writeFileSync(path.join(other, '0000.png'), '');
    const named = path.join(home, 'by itself.png');
    writeFileSync(named, '');
    const granted = await Promise.all([other, photos, named].map((place) => service.grant(place)));
    const images = granted.map(({ grantId }) => ({ grantId }));
    const written = await write({ images, output: { kind: 'fetched' } });
    expect(written).toMatchObject({ name: `predictions-${runId}.csv`, path: null, images: MANY + 4 });
    const { bytes } = await service.transport.invoke('files.read', { grantId: written.grantId ?? '', offset: 0 });
    const names = Buffer.from(bytes)
      .toString()
      .split('\r\n')
      .map((line) => line.split(',')[0]);
    expect([1, 2, MANY + 4].map((line) => names[line])).toEqual([
      'others/0000.png',
      'photos/0000.png',
      'by itself.png',
    ]);
  });

  it('tell how far they are', async () => {
    const told: number[] = [];
    const unsubscribe = service.transport.subscribe('task', ({ done, total, unit }) => {
      expect({ total, unit }).toEqual({ total: MANY + 2, unit: 'image' });
      told.push(done);
    });
    await write({ taskId: 'followed' });
    unsubscribe();
    expect(told.at(-1)).toBe(MANY + 2);
  });

  it.each([
    ['the predictor dies in the middle', 'die', 'training.process'],
    ['the checkpoint is refused', 'fail', 'training.checkpoint'],
  ] as const)('leave nothing behind where %s', async (_, name, code) => {
    const file = path.join(out, `${name}.csv`);
    writeFileSync(file, 'from before');
    await expectError(() => write({ images: [photos, path.join(photos, `${name}.png`)] }, file), code);
    expect(readFileSync(file, 'utf8')).toBe('from before');
    expect(readdirSync(out).filter((entry) => entry.endsWith('.part'))).toEqual([]);
  });

  it('are ended when asked to, and nothing is written', async () => {
    const unsubscribe = service.transport.subscribe('task', () => {
      void service.transport.invoke('task.cancel', { taskId: 'ended' });
    });
    const file = path.join(out, 'ended.csv');
    // The first part is told of before the next is handed over.
    await expectError(() => write({ taskId: 'ended' }, file), 'task.cancelled');
    unsubscribe();
    expect(readdirSync(out)).not.toContain('ended.csv');
  });

  it('are one JSON document where that is asked for, however many parts it was asked in', async () => {
    const file = path.join(out, 'predictions.json');
    const written = await write({ format: 'json', unsureBelow: 0.5 }, file);
    expect(written).toMatchObject({ images: MANY + 2, unreadable: 1, name: 'predictions.json' });
    const document = JSON.parse(readFileSync(file, 'utf8')) as { predictions: { path: string }[] };
    const { predictions, ...envelope } = document;
    expect(envelope).toEqual({
      schemaVersion: 1,
      runId,
      checkpoint: 'best',
      unsureBelow: 0.5,
      top: 2,
      images: MANY + 2,
    });
    expect(predictions).toHaveLength(MANY + 2);
    expect(predictions[0]).toEqual({
      path: '0000.png',
      classes: [{ name: expect.stringMatching(/^process/) as string, probability: 1 }],
      unsure: false,
      problem: null,
    });
    expect(predictions[MANY]?.path).toBe('deep/=1+1,"a".png');
    expect(predictions[MANY + 1]).toMatchObject({ path: 'out', classes: [], unsure: null });
    const fetched = await write({ format: 'json', output: { kind: 'fetched' } });
    expect(fetched.name).toBe(`predictions-${runId}.json`);
  });

  it('go to a folder that is there, and are none of a run that is unknown', async () => {
    await expectError(() => write({}, path.join(out, 'none/of.csv')), 'usage.invalid');
    await expectError(() => write({ runId: 'nobody' }), 'run.unknown');
  });
});
