import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { render } from '../../../scripts/sample/canvas/render.ts';
import { SAMPLE_FOLDER, WEIGHTS_FILE } from '../../../scripts/sample/folders.ts';
import { SAMPLE_TASK } from '../../../scripts/sample/tasks.ts';
import { openDataset } from '../../../src/engine/dataset/open-dataset.ts';
import { DEFAULT_NETWORK, findNetwork } from '../../../src/engine/network/registry.ts';
import { loadWeights } from '../../../src/engine/weights/load.ts';
import { openWeights } from '../../../src/engine/weights/open.ts';

const { drawers, setting, seed, size, counts } = SAMPLE_TASK;

describe('the sample dataset', () => {
  it('opens with the classes and counts of its task', async () => {
    const dataset = await openDataset(SAMPLE_FOLDER, { validationShare: 0.2, seed: 0 });
    expect(dataset.classes).toEqual(drawers.map(({ name }) => name).sort());
    expect(dataset.skipped).toEqual([]);
    for (const [label] of dataset.classes.entries()) {
      const ofClass = dataset.images.filter((image) => image.label === label);
      expect(ofClass.filter(({ split }) => split === 'train')).toHaveLength(counts.train);
      expect(ofClass.filter(({ split }) => split === 'validation')).toHaveLength(counts.val);
    }
    expect(new Set(dataset.images.map(({ contentHash }) => contentHash)).size).toBe(dataset.images.length);
    expect(dataset.images.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(1.5e6);
  });

  it.each(drawers)('holds the $name that its script draws, but for JPEG', async (drawer) => {
    const drawn = await render(drawer, `${seed}/train/0`, size, setting);
    const kept = await sharp(path.join(SAMPLE_FOLDER, 'train', drawer.name, '000.jpg'))
      .raw()
      .toBuffer();
    expect(kept).toHaveLength(drawn.length);
    const difference = drawn.reduce((sum, byte, index) => sum + Math.abs(byte - (kept[index] ?? 0)), 0);
    expect(difference / drawn.length).toBeLessThan(8);
  });
});

describe('the shipped weights', () => {
  it('fill the whole network but its head, in less than 4 MB', async () => {
    const network = findNetwork(DEFAULT_NETWORK);
    expect(
      WEIGHTS_FILE.split(path.sep)
        .join('/')
        .endsWith(`resources/${network.shipped ?? 'nothing'}`),
    ).toBe(true);
    expect((await stat(WEIGHTS_FILE)).size).toBeLessThan(4e6);
    const file = await openWeights(WEIGHTS_FILE);
    const { report } = loadWeights(network.build(), file);
    file.close();
    expect(report).toMatchObject({ format: 'safetensors', missing: [], skippedByShape: [], unexpected: [] });
  });

  it('say beside them how they were made', async () => {
    const text = await readFile(path.join(path.dirname(WEIGHTS_FILE), 'README.md'), 'utf8');
    expect(text).toContain('scripts/sample/train-network.ts');
    expect(text).toContain('Apache-2.0');
  });
});
