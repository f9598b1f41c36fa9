import { expect, test } from 'vitest';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { FileEntry } from '../../../../src/shared/contract/file-entry.ts';
import { imagesIn, MOST_IMAGES } from '../../../../src/renderer/state/predict-granted.ts';
import { nextBatch } from '../../../../src/renderer/state/prediction-batches.ts';

const entry = (name: string, kind: FileEntry['kind']): FileEntry => ({ grantId: name, name, kind });

/** An engine whose folders hold what the table says. */
function browsing(folders: Readonly<Record<string, readonly FileEntry[]>>): Pick<Transport, 'invoke'> {
  const invoke = async (_name: string, { grantId }: { grantId: string }): Promise<unknown> =>
    Promise.resolve({
      entry: entry(grantId, 'folder'),
      parent: null,
      entries: folders[grantId] ?? [],
      leftOut: 0,
    });
  return { invoke: invoke as Transport['invoke'] };
}

test('walks folders for their images and keeps every file that was named by itself', async () => {
  const transport = browsing({
    photos: [entry('more', 'folder'), entry('1.jpg', 'image'), entry('notes.txt', 'other')],
    more: [entry('2.png', 'image'), entry('w.h5', 'weights')],
  });
  const { images } = await imagesIn(transport, [entry('photos', 'folder'), entry('named.txt', 'other')]);
  expect(images.map(({ name }) => name)).toEqual(['named.txt', '1.jpg', '2.png']);
});

test('stops walking once there are more images than the window takes', async () => {
  let asked = 0;
  const many = Array.from({ length: 2000 }, (_, index) => entry(`${index}.jpg`, 'image'));
  const endless = { ...browsing({}) };
  endless.invoke = (async (_name: string, { grantId }: { grantId: string }) => {
    asked += 1;
    return Promise.resolve({
      entry: null,
      parent: null,
      entries: [entry(`${grantId}.`, 'folder'), ...many],
      leftOut: 0,
    });
  }) as unknown as Transport['invoke'];
  const { images, leftOut } = await imagesIn(endless, [entry('deep', 'folder')]);
  expect(images).toHaveLength(MOST_IMAGES);
  expect(leftOut).toBe(1000);
  expect(asked).toBe(3);
});

test('asks for few images first, then for more at once, up to a limit', () => {
  const sizes: number[] = [];
  for (let round = 0, size = 0; round < 6; round += 1) sizes.push((size = nextBatch(size)));
  expect(sizes).toEqual([24, 96, 384, 384, 384, 384]);
});
