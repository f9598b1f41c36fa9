import { existsSync, globSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runResult, type RunResult } from '../../src/shared/contract/run.ts';
import { damage } from '../support/run-log.ts';
import { smallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const refusal = whyNoSmallDisk();
/** The reason stands in the name of what is skipped. */
const onSmallDisks = refusal === null ? describe : describe.skip;
const because = refusal === null ? '' : ` (skipped: ${refusal})`;

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  writeFileSync(path.join(root, 'file'), '');
});

interface Places {
  readonly home: string;
  readonly cache?: string;
}

function command(places: Places, ...parameters: readonly string[]): Promise<CommandResult> {
  const environment = { THAW_CACHE: places.cache ?? path.join(root, 'cache') };
  return thaw(parameters, { home: places.home, cwd: root, environment });
}

function train(places: Places, ...parameters: readonly string[]): Promise<CommandResult> {
  const network = ['--network', 'mobilenet_v1_0.25_32', '--strategy', 'scratch', '--dataset', 'stripes'];
  return command(places, 'train', ...network, '--epochs', '2', '--json', ...parameters);
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** The error of a command that failed, whether a run had begun or not. */
function told({ code, stdout, stderr }: CommandResult): Told {
  expect({ code, stderr }).toMatchObject({ code: 1 });
  expect(stderr).not.toMatch(/\n\s+at /);
  const { error } = JSON.parse(stdout) as { error: Told };
  expect(error.hint).toContain('THAW_HOME');
  return error;
}

async function runs(places: Places): Promise<string[]> {
  const listed = JSON.parse((await command(places, 'runs', 'list', '--json')).stdout) as RunResult[];
  return listed.map(({ status }) => status);
}

describe('places that are files', () => {
  it.each(['file', 'file/below'])('THAW_HOME=%s is refused before anything is begun', async (place) => {
    const error = told(await train({ home: path.join(root, place) }));
    expect(error.code).toBe('disk.readOnly');
    expect(error.message).toContain(place);
  });

  it('THAW_CACHE is done without, with a warning', async () => {
    const { code, stdout } = await train({ home: path.join(root, 'home'), cache: path.join(root, 'file') });
    expect(code).toBe(0);
    const { status, warnings } = runResult.parse(JSON.parse(stdout));
    expect(status).toBe('finished');
    expect(warnings).toEqual([expect.stringContaining('cannot be written') as string]);
  });
});

onSmallDisks(`disks that cannot be written${because}`, () => {
  it('are refused as a new workspace', async () => {
    const disk = smallDisk(path.join(root, 'never-written'), 'ro');
    const error = told(await train({ home: path.join(disk.folder, 'home') }));
    expect(error.code).toBe('disk.readOnly');
  });

  it('are refused as a workspace with runs, whose log stays as it was', async () => {
    const disk = smallDisk(path.join(root, 'write-protected'), 'size=16m');
    const places = { home: path.join(disk.folder, 'home') };
    expect((await train(places)).code).toBe(0);
    disk.remount('ro');
    expect(told(await train(places)).code).toBe('disk.readOnly');
    disk.remount('rw');
    expect(damage(places.home)).toEqual([]);
    expect(await runs(places)).toEqual(['finished']);
  });

  it('are done without as a cache', async () => {
    const disk = smallDisk(path.join(root, 'cold-cache'), 'ro');
    const { code, stdout } = await train({ home: path.join(root, 'home'), cache: disk.folder });
    expect([code, runResult.parse(JSON.parse(stdout)).warnings.length]).toEqual([0, 1]);
  });
});

onSmallDisks(`full disks${because}`, () => {
  it.each(['16k', '120k'])('of %s hold no log, and say so', async (size) => {
    const disk = smallDisk(path.join(root, `tiny-${size}`), `size=${size}`);
    const places = { home: path.join(disk.folder, 'home') };
    expect(told(await train(places)).code).toBe('disk.full');
    disk.remount('size=16m');
    expect((await train(places)).code).toBe(0);
    expect(await runs(places)).toEqual(['finished']);
  });

  it('that have no room for checkpoints fail the run before it trains, and leave the log to those that did', async () => {
    const disk = smallDisk(path.join(root, 'no-checkpoint'), 'size=4m');
    const places = { home: path.join(disk.folder, 'home') };
    const { code, message } = told(await train(places));
    expect(code).toBe('disk.full');
    expect(message).toMatch(
      /^A run needs room for its checkpoints before it begins; those of this one take 6\.\d MB, and [34]\.\d MB are free at '.+'\.$/,
    );
    expect(damage(places.home)).toEqual([]);
    expect(await runs(places)).toEqual([]);
    expect(globSync(path.join(places.home, 'runs/*'))).toEqual([]);
  });

  it('that have hardly room for the log lose nothing of it', async () => {
    // Of this the index of datasets takes a part before.
    const disk = smallDisk(path.join(root, 'no-metrics'), 'size=500k');
    const places = { home: path.join(disk.folder, 'home') };
    expect(told(await train(places)).code).toBe('disk.full');
    expect(damage(places.home)).toEqual([]);
    disk.remount('size=16m');
    expect(await runs(places)).toEqual([]);
    expect((await train(places)).code).toBe(0);
    expect(await runs(places)).toEqual(['finished']);
  });

  it('that the index of datasets fills beside the log leave at most a run that was interrupted', async () => {
    const disk = smallDisk(path.join(root, 'no-status'), 'size=300k');
    const places = { home: path.join(disk.folder, 'home') };
    expect(told(await train(places)).code).toBe('disk.full');
    expect(damage(places.home)).toEqual([]);
    disk.remount('size=16m');
    const before = await runs(places);
    expect(before.filter((status) => status !== 'interrupted')).toEqual([]);
    expect((await train(places)).code).toBe(0);
    expect((await runs(places)).toSorted()).toEqual(['finished', ...before].toSorted());
  });

  it('that fill up later leave the checkpoint that was written before', async () => {
    const disk = smallDisk(path.join(root, 'one-checkpoint'), 'size=8m');
    const places = { home: path.join(disk.folder, 'home') };
    const training = train(places, '--epochs', '3000');
    const written = path.join(places.home, 'runs/*/checkpoints/index.json');
    await expect.poll(() => globSync(written).length, { timeout: 60_000 }).toBe(1);
    expect(() => writeFileSync(path.join(disk.folder, 'other'), new Uint8Array(2 ** 24))).toThrow('ENOSPC');
    const outcome = await training;
    expect(told(outcome).code).toBe('disk.full');
    const [runId = ''] = globSync(written).map((file) => path.basename(path.dirname(path.dirname(file))));
    expect(damage(places.home)).toEqual([]);
    disk.remount('size=32m');
    expect(['failed', 'interrupted']).toContain((await runs(places))[0]);
    const predicted = await command(places, 'predict', '--run', runId, 'stripes/val/fine/000.png');
    expect({ code: predicted.code, stderr: predicted.stderr }).toMatchObject({ code: 0 });
  });

  it('are done without as a cache', async () => {
    const disk = smallDisk(path.join(root, 'small-cache'), 'size=8k');
    const { code, stdout } = await train({ home: path.join(root, 'home'), cache: disk.folder });
    expect([code, runResult.parse(JSON.parse(stdout)).warnings.length]).toEqual([0, 1]);
    expect(existsSync(path.join(disk.folder, 'decoded'))).toBe(true);
  });
});
