import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createService } from '../../src/engine/service/create-service.ts';
import { randomGenerator } from '../../src/engine/training/random.ts';
import { describeShared, sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CLASSES = ['ants', 'bees'] as const;

describeShared('Labels of photographs', () => {
  const root = temporaryFolder();
  mkdirSync(path.join(root, 'home'));
  const service = createService({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
  afterAll(() => service.close());

  /** The photographs with the class of one in twenty changed. */
  async function changedPhotos(seed: number) {
    const folder = sharedPath('data/hymenoptera/hymenoptera_data/train');
    const { datasetId } = await service.transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } });
    const { images } = await service.transport.invoke('dataset.images', { datasetId, offset: 0, limit: 1000 });
    const random = randomGenerator(seed);
    const drawn = images.map((image) => ({ image, drawn: random() })).sort((left, right) => left.drawn - right.drawn);
    const changed = drawn.slice(0, Math.round(images.length / 20)).map(({ image }) => image);
    for (const className of CLASSES) {
      const imageIds = changed.filter((image) => !image.path.startsWith(className)).map(({ imageId }) => imageId);
      await service.transport.invoke('dataset.edit', {
        datasetId,
        images: { imageIds },
        change: { kind: 'class', className },
      });
    }
    return {
      dataset: { kind: 'folder', path: folder } as const,
      datasetId,
      changed: changed.map((image) => image.path),
    };
  }

  it('are suspected where they were changed, and most of those first', async () => {
    const weights = { kind: 'file', path: sharedPath('weights/tfjs/mobilenet_v1_0.25_224') } as const;
    const by = { kind: 'network', network: 'mobilenet_v1_0.25_224', weights } as const;
    const counted = { changed: 0, suspected: 0, first: 0 };
    for (const seed of [1, 2, 3]) {
      const { dataset, datasetId, changed } = await changedPhotos(seed);
      const asked = { dataset, by, limit: 1000 } as const;
      const { suspects, images } = await service.transport.invoke('dataset.labelMistakes', asked);
      let undoable: string | null = '';
      while (undoable !== null) undoable = (await service.transport.invoke('dataset.undo', { datasetId })).edits.undo;
      const found = (among: typeof suspects): number => among.filter((one) => changed.includes(one.path)).length;
      expect(suspects.length).toBeLessThan(images / 5);
      counted.changed += changed.length;
      counted.suspected += found(suspects);
      counted.first += found(suspects.slice(0, Math.round(images / 10)));
    }
    // Measured of 36: 28 suspected, 23 of them within the first tenth of the images; by chance it would be between 3 and 4.
    expect(counted.changed).toBe(36);
    expect(counted.suspected).toBeGreaterThanOrEqual(25);
    expect(counted.first).toBeGreaterThanOrEqual(19);
  });
});
