import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { editDataset } from '../../../src/engine/service/edit-dataset.ts';
import { filterImages } from '../../../src/engine/service/filter-images.ts';
import { inspectDataset } from '../../../src/engine/service/inspect-dataset.ts';
import { openDatasetView } from '../../../src/engine/service/dataset-view.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const context = new ServiceContext({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
afterAll(() => context.close());

test('what a filter goes by is found once for all pages, and anew when the dataset is another', async () => {
  const folder = await writeFiles(path.join(root, 'photos'), {
    ...Object.fromEntries(
      ['cat', 'dog'].flatMap((name, label) =>
        Array.from({ length: 4 }, (_, index) => [`${name}/${index}.png`, smallPng(label * 100 + index)] as const),
      ),
    ),
    'cat/copy.png': smallPng(1),
  });
  const dataset = { kind: 'folder', path: folder } as const;
  const { datasetId } = await openDatasetView(context, { dataset });
  const decide = async (excluded: boolean, file: string): Promise<void> => {
    const { images, aside } = await context.datasets.byId(datasetId);
    const imageIds = [...images, ...aside].flatMap(({ imageId, image }) => (image.path === file ? [imageId] : []));
    await editDataset(context, { datasetId, images: { imageIds }, change: { kind: 'exclude', excluded } });
  };
  await decide(true, 'dog/3.png');
  expect(context.inspected.findings(await context.datasets.byId(datasetId))).toBeNull();
  await inspectDataset(context, { dataset });

  const opened = await context.datasets.byId(datasetId);
  const all = filterImages(context, opened, { excluded: 'with' });
  expect(all.map(({ image }) => image.path).slice(-2)).toEqual(['dog/2.png', 'dog/3.png']);
  expect(filterImages(context, opened, { excluded: 'with' })).toBe(all);
  expect(filterImages(context, opened, {})).toBe(filterImages(context, opened, { excluded: 'without' }));
  expect(filterImages(context, opened, {})).toHaveLength(all.length - 1);
  const findings = context.inspected.findings(opened);
  const copies = filterImages(context, opened, { finding: 'duplicates' });
  expect(copies.map(({ image }) => image.path)).toEqual(['cat/1.png', 'cat/copy.png']);
  expect(context.inspected.findings(opened)).toBe(findings);

  await decide(true, 'cat/copy.png');
  const edited = await context.datasets.byId(datasetId);
  expect(filterImages(context, edited, { finding: 'duplicates' })).toEqual([]);
  expect(filterImages(context, edited, { excluded: 'with' })).toHaveLength(all.length);
  await inspectDataset(context, { dataset });
  const again = await context.datasets.byId(datasetId);
  expect(context.inspected.findings(again)?.map(({ kind }) => kind)).not.toContain('duplicates');
});
