import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { inspectDataset } from '../../../src/engine/service/inspect-dataset.ts';
import type { DatasetHealth, HealthFinding } from '../../../src/shared/contract/dataset-health.ts';
import type { TaskEvent } from '../../../src/shared/contract/event.ts';
import { bmpFile } from '../../support/bmp-file.ts';
import { expectError } from '../../support/expect-error.ts';
import { idxFile, idxImages } from '../../support/idx-file.ts';
import { patternImage, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const context = new ServiceContext({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
afterAll(() => context.close());
let made = 0;

type Files = Parameters<typeof writeFiles>[1];

const photo = (seed: number, width = 64, height = 48): Promise<Uint8Array> =>
  patternImage(width, height, seed).png().toBuffer();

const inspect = async (files: Files): Promise<DatasetHealth> => {
  const folder = await writeFiles(path.join(root, `photos-${(made += 1)}`), files);
  return inspectDataset(context, { dataset: { kind: 'folder', path: folder } });
};

/** Eight good images in two classes. */
const good = (): Files =>
  Object.fromEntries(
    ['cat', 'dog'].flatMap((name, label) =>
      Array.from({ length: 4 }, (_, index) => [`${name}/${index}.png`, photo(label * 100 + index)] as const),
    ),
  );

const paths = ({ groups }: HealthFinding): string[][] => groups.map((group) => group.map((image) => image.path));

describe('the health of a dataset', () => {
  it('is nothing to speak of where all is well', async () => {
    const health = await inspect(good());
    expect(health.findings).toEqual([]);
    expect(health).toMatchObject({
      formats: { png: 8 },
      channels: { grey: 0, colour: 8, cmyk: 0, transparent: 0 },
      imbalance: 1,
      unlabelled: 0,
      skipped: [],
      sizes: { width: { least: 64, median: 64, most: 64 }, height: { least: 48, median: 48, most: 48 } },
    });
    expect(health.structure.structure).toEqual({ kind: 'classFolders' });
    expect(health.classes.map(({ name }) => name)).toEqual(['cat', 'dog']);
  });

  const plain = (width: number, height: number): Promise<Uint8Array> =>
    sharp({ create: { width, height, channels: 3, background: '#336699' } })
      .png()
      .toBuffer();
  const grey = (): Promise<Uint8Array> => patternImage(64, 48, 900).greyscale().png().toBuffer();
  const clear = (): Promise<Uint8Array> => patternImage(64, 48, 901).ensureAlpha(0.5).png().toBuffer();
  const cut = async (): Promise<Uint8Array> => {
    const whole = await patternImage(300, 200, 902).jpeg().toBuffer();
    return whole.subarray(0, whole.length / 2);
  };

  it.each<readonly [HealthFinding['kind'], HealthFinding['severity'], Files, readonly (readonly string[])[], string]>([
    ['corrupt', 'warning', { 'cat/cut.jpg': cut() }, [['cat/cut.jpg']], 'cut short'],
    ['uniform', 'warning', { 'dog/plain.png': plain(64, 48) }, [['dog/plain.png']], 'contrast 0.0'],
    ['tiny', 'warning', { 'dog/tiny.png': photo(903, 40, 20) }, [['dog/tiny.png']], '40 x 20'],
    ['elongated', 'information', { 'cat/long.png': photo(904, 200, 50) }, [['cat/long.png']], '200 x 50'],
    ['transparent', 'information', { 'cat/clear.png': clear() }, [['cat/clear.png']], 'transparent'],
    ['duplicates', 'warning', { 'cat/copy.png': photo(1) }, [['cat/1.png', 'cat/copy.png']], ''],
    ['conflicts', 'problem', { 'dog/a cat.png': photo(2) }, [['cat/2.png', 'dog/a cat.png']], ''],
    [
      'imbalance',
      'information',
      Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`cat/more ${index}.png`, photo(500 + index)])),
      [['dog/0.png', 'dog/1.png', 'dog/2.png', 'dog/3.png']],
      '',
    ],
  ])('%s: its images are listed', async (kind, severity, files, expected, detail) => {
    const { findings } = await inspect({ ...good(), ...files });
    const found = findings.find((finding) => finding.kind === kind);
    expect(found && paths(found)).toEqual(expected);
    expect(found?.severity).toBe(severity);
    if (detail !== '') expect(found?.groups[0]?.[0]?.detail).toContain(detail);
    expect(findings.map((finding) => finding.kind)).toEqual([kind]);
  });

  it('tells grey images where they are the exception', async () => {
    const more = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`${index % 2 ? 'cat' : 'dog'}/more ${index}.png`, photo(600 + index)]),
    );
    const { findings, channels } = await inspect({ ...good(), ...more, 'cat/grey.png': grey() });
    expect(findings.map((finding) => [finding.kind, paths(finding)])).toEqual([['channels', [['cat/grey.png']]]]);
    expect(channels).toMatchObject({ grey: 1, colour: 16 });
    const half = await inspect({
      'cat/1.png': grey(),
      'cat/2.png': photo(1),
      'dog/1.png': photo(2),
      'dog/2.png': photo(3),
    });
    expect(half.findings).toEqual([]);
  });

  it('finds what leaks from one split to another, the worst first', async () => {
    const { findings } = await inspect({
      'train/cat/1.png': photo(1),
      'train/cat/2.png': photo(2),
      'train/dog/1.png': photo(3),
      'val/cat/9.png': photo(2),
      'val/dog/9.png': photo(4),
      'test/dog/1.png': photo(3),
      'test/dog/2.png': plain(64, 48),
    });
    expect(findings.map(({ kind }) => kind)).toEqual(['leaks', 'uniform']);
    const [leaks] = findings;
    expect(leaks?.severity).toBe('problem');
    expect(leaks && paths(leaks)).toEqual([
      ['test/dog/1.png', 'train/dog/1.png'],
      ['train/cat/2.png', 'val/cat/9.png'],
    ]);
    expect(leaks?.groups[1]?.map(({ split }) => split)).toEqual(['train', 'validation']);
  });

  it('finds what leaks under another size, compression or turn, and tells how it is like', async () => {
    const mirrored = patternImage(64, 48, 2).flop().resize(128, 96).jpeg({ quality: 70 }).toBuffer();
    const smaller = patternImage(64, 48, 1).resize(48, 36).png().toBuffer();
    const { findings } = await inspect({
      ...Object.fromEntries(Object.entries(good()).map(([name, bytes]) => [`train/${name}`, bytes])),
      'train/cat/smaller.png': smaller,
      'val/cat/mirrored.jpg': mirrored,
      'val/dog/other.png': photo(777),
    });
    expect(findings.map((finding) => [finding.kind, finding.severity, paths(finding)])).toEqual([
      ['nearLeaks', 'problem', [['train/cat/2.png', 'val/cat/mirrored.jpg']]],
      ['nearDuplicates', 'warning', [['train/cat/1.png', 'train/cat/smaller.png']]],
    ]);
    expect(findings[0]?.groups[0]?.[1]?.detail).toMatch(/^mirrored, (9\d|100) % alike$/);
  });

  it('gives each image under its id, by which it is seen', async () => {
    const { findings } = await inspect({ ...good(), 'dog/tiny.png': photo(905, 20, 20) });
    const imageId = findings[0]?.groups[0]?.[0]?.imageId ?? '';
    expect(await context.images.thumbnail(imageId, 64)).toMatchObject({ width: 20, height: 20 });
  });

  it('looks at images without classes, at BMP and at those within IDX files too', async () => {
    const bmp = bmpFile({
      width: 40,
      height: -40,
      bits: 24,
      data: Array.from({ length: 4800 }, (_, index) => (index * 7) % 256),
    });
    const loose = await inspect({ 'a.png': photo(1), 'b.png': photo(1), 'c.bmp': bmp, 'notes.txt': 'x' });
    expect(loose).toMatchObject({ unlabelled: 3, classes: [], imbalance: null, formats: { png: 2, bmp: 1 } });
    expect(loose.findings.map((finding) => [finding.kind, paths(finding)])).toEqual([
      ['duplicates', [['a.png', 'b.png']]],
    ]);
    expect(loose.skipped.map((skipped) => skipped.path)).toEqual(['notes.txt']);
    const digits = await inspect({
      'train-images-idx3-ubyte': idxImages(8),
      'train-labels-idx1-ubyte': idxFile([8], [0, 1, 0, 1, 0, 1, 0, 1]),
    });
    expect(digits).toMatchObject({ formats: { idx: 8 }, channels: { grey: 8, colour: 0 } });
    expect(digits.findings.map(({ kind }) => kind)).toContain('tiny');
  });
});

describe('looking at a dataset as a task', () => {
  it('tells how far it is, and ends when it is cancelled', async () => {
    const folder = await writeFiles(path.join(root, 'followed'), good());
    const told: TaskEvent[] = [];
    const unsubscribe = context.events.subscribe('task', (event) => told.push(event));
    await inspectDataset(context, { dataset: { kind: 'folder', path: folder }, taskId: 'look' });
    unsubscribe();
    const looking = told.filter(({ taskId, detail }) => taskId === 'look' && detail === '');
    expect(looking.at(-1)).toMatchObject({ done: 8, total: 8, unit: 'image' });
    const cancelled = inspectDataset(context, { dataset: { kind: 'folder', path: folder }, taskId: 'ended' });
    context.tasks.cancel('ended');
    await expectError(() => cancelled, 'task.cancelled');
  });

  it('is refused for features, whose images are not known', () =>
    expectError(
      () => inspectDataset(context, { dataset: { kind: 'features', path: path.join(root, 'x.npz') } }),
      'dataset.missing',
      'features have none',
    ));
});
