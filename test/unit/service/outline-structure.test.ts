import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { openDatasetView } from '../../../src/engine/service/dataset-view.ts';
import { acceptStructure, outlineGroups, outlineStructure } from '../../../src/engine/service/outline-structure.ts';
import { previewPlan } from '../../../src/engine/service/preview-plan.ts';
import { listRecent } from '../../../src/engine/service/recent-datasets.ts';
import type { DatasetStructure } from '../../../src/shared/contract/dataset-structure.ts';
import { expectError } from '../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const context = new ServiceContext({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
afterAll(() => context.close());

const names = await writeFiles(path.join(root, 'names'), {
  'cat.0.png': smallPng(1),
  'cat.1.png': smallPng(2),
  'cat.2.png': smallPng(3),
  'dog.0.png': smallPng(4),
  'dog.1.png': smallPng(5),
  'holiday.png': smallPng(6),
  'labels.csv': 'path,label\ncat.0.png,tabby\ndog.0.png,spaniel\ndog.1.png,spaniel\n',
  'notes.txt': 'no image',
});
const patients = await writeFiles(path.join(root, 'patients'), {
  'cat/p1_a.png': smallPng(11),
  'cat/p1_b.png': smallPng(12),
  'cat/p2_a.png': smallPng(13),
  'dog/p2_b.png': smallPng(14),
  'dog/p3_a.png': smallPng(15),
  'dog/other.png': smallPng(16),
});
const outline = (structure?: DatasetStructure) =>
  outlineStructure(context, { dataset: { kind: 'folder', path: names, ...(structure && { structure }) } });

describe('the outline of a structure', () => {
  it('counts what fits a pattern of names and what does not, with examples of both', async () => {
    const found = await outline({ kind: 'namedFiles', pattern: '{class}.#' });
    expect(found).toMatchObject({ images: 5, classes: 2, left: 1, splits: [] });
    expect(found.largest).toEqual([
      { name: 'cat', images: 3 },
      { name: 'dog', images: 2 },
    ]);
    expect(found.examples).toContainEqual({ path: 'cat.0.png', className: 'cat' });
    expect(found.examples).toContainEqual({ path: 'holiday.png', className: null });
  });

  it.each<readonly [DatasetStructure, object]>([
    [
      { kind: 'manifest', file: 'labels.csv' },
      { images: 3, classes: 2, largest: [{ name: 'spaniel' }, { name: 'tabby' }] },
    ],
    [{ kind: 'unlabelled' }, { images: 6, classes: 0, left: 0, largest: [] }],
  ])('of %j tells what it would be', async (structure, expected) => {
    expect(await outline(structure)).toMatchObject(expected);
  });

  it('recognises the structure where none is said', async () => {
    expect((await outline()).structure).toEqual({ kind: 'manifest', file: 'labels.csv' });
  });

  it.each<readonly [DatasetStructure, Parameters<typeof expectError>[1], string]>([
    [{ kind: 'namedFiles', pattern: 'cat' }, 'usage.invalid', '{class}'],
    [{ kind: 'namedFiles', pattern: '{class}day' }, 'dataset.classes', 'two classes or more'],
    [{ kind: 'manifest', file: '../names/labels.csv' }, 'dataset.missing', 'within the dataset'],
    [{ kind: 'manifest', file: 'gone.csv' }, 'dataset.missing', 'gone.csv'],
    [{ kind: 'classFolders' }, 'dataset.empty', ''],
  ])('of %j says why the folder is not laid out so', async (structure, code, words) => {
    await expectError(() => outline(structure), code, words);
  });

  it('is remembered once it was accepted, and only as long as the folder is laid out so', async () => {
    const dataset = { kind: 'folder', path: names } as const;
    const { datasetId, structure } = await openDatasetView(context, { dataset });
    const remembered = async () => (await listRecent(context)).find(({ root: own }) => own === names)?.structure;
    expect(await remembered()).toBeUndefined();
    await acceptStructure(context, { datasetId });
    expect(await remembered()).toEqual(structure?.structure);
    await openDatasetView(context, { dataset });
    expect(await remembered()).toEqual(structure?.structure);
    await openDatasetView(context, { dataset: { ...dataset, structure: { kind: 'unlabelled' } } });
    expect(await remembered()).toEqual({ kind: 'unlabelled' });
    await openDatasetView(context, { dataset });
    expect(await remembered()).toBeUndefined();
  });
});

describe('the outline of groups', () => {
  const groups = async (pattern: string) => {
    const { datasetId } = await openDatasetView(context, { dataset: { kind: 'folder', path: patients } });
    return outlineGroups(context, { datasetId, pattern });
  };

  it('tells what a pattern keeps together, and what is in no group', async () => {
    expect(await groups('(p\\d)_')).toEqual({
      groups: 3,
      alone: 1,
      examples: [
        { name: 'p1', images: 2, paths: ['cat/p1_a.png', 'cat/p1_b.png'] },
        { name: 'p2', images: 2, paths: ['cat/p2_a.png', 'dog/p2_b.png'] },
        { name: 'p3', images: 1, paths: ['dog/p3_a.png'] },
      ],
    });
    expect(await groups('nowhere')).toEqual({ groups: 0, alone: 6, examples: [] });
  });

  it('refuses a pattern that is none', async () => {
    await expectError(() => groups('('), 'usage.invalid', 'does not parse');
  });

  it('whose search does not end keep neither the engine nor the preview of a plan waiting for it', async () => {
    const folder = await writeFiles(path.join(root, 'endless'), {
      ...Object.fromEntries(['cat/1', 'cat/2', 'dog/1', 'dog/2'].map((name, at) => [`${name}.png`, smallPng(20 + at)])),
      [`dog/${'a'.repeat(60)}.png`]: smallPng(30),
    });
    const dataset = { kind: 'folder', path: folder } as const;
    const { datasetId } = await openDatasetView(context, { dataset });
    let turns = 0;
    let waits = true;
    const turn = (): void => {
      turns += 1;
      if (waits) setImmediate(turn);
    };
    setImmediate(turn);
    const request = { dataset, strategy: 'scratch', groupPattern: '(a+)+$' } as const;
    const [outlined, preview] = await Promise.all([
      outlineGroups(context, { datasetId, pattern: request.groupPattern }).catch((error: unknown) => error),
      previewPlan(context, request),
    ]);
    waits = false;
    expect(outlined).toMatchObject({ code: 'usage.invalid' });
    expect(preview.problems).toMatchObject([{ field: 'groupPattern' }]);
    expect(preview.problems[0]?.message).toContain('was not over');
    expect(turns).toBeGreaterThan(100);
  }, 60_000);
});
