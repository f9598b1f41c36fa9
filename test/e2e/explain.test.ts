import { mkdirSync, copyFileSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService, type Service } from '../../src/engine/service/create-service.ts';
import type { HeatMap } from '../../src/shared/contract/explain.ts';
import { runResult } from '../../src/shared/contract/run.ts';
import { expectError } from '../support/expect-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const dataset = path.join(root, 'stripes');
const image = path.join(dataset, 'train/fine/000.png');
let service: Service;
let runId = '';

beforeAll(async () => {
  await writeTinyDataset(dataset, { train: 6, val: 3 });
  // Oblong, so that what is seen of it is not all.
  await sharp({ create: { width: 80, height: 40, channels: 3, background: '#884422' } })
    .png()
    .toFile(path.join(root, 'wide.png'));
  writeFileSync(path.join(root, 'broken.png'), 'no picture');
  const parameters = ['train', '--network', 'mobilenet_v1_0.25_32', '--dataset', 'stripes', '--strategy', 'scratch'];
  const { stdout } = await thaw([...parameters, '--epochs', '3', '--precision', 'bfloat16', '--json'], {
    home,
    cwd: root,
  });
  ({ runId } = runResult.parse(JSON.parse(stdout)));
  service = createService({ home, cache: path.join(root, 'cache') });
}, 120_000);
afterAll(() => service.close());

const heatMap = (asked: { class?: string; layer?: string; image?: string } = {}): Promise<HeatMap> =>
  service.transport.invoke('explain.heatMap', { runId, image, ...asked });

describe('a heat-map', () => {
  it('is of the class that is predicted, in float32, unless another is asked for', async () => {
    const own = await heatMap();
    const { predictions } = await service.transport.invoke('predict', {
      runId,
      images: [image],
      top: 2,
      precision: 'float32',
    });
    const [first, second] = predictions[0]?.classes ?? [];
    expect(own.class).toBe(first?.name);
    own.classes.forEach(({ name, probability }, place) => {
      expect(name).toBe([first, second][place]?.name);
      expect(probability).toBeCloseTo([first, second][place]?.probability ?? NaN, 5);
    });
    expect(own).toMatchObject({ runId, path: image, region: { left: 0, top: 0, width: 1, height: 1 } });
    const other = await heatMap({ class: second?.name ?? '' });
    expect(other.class).toBe(second?.name);
    expect(await heatMap({ class: own.class })).toEqual(own);
    for (const { values, largest } of [own, other]) {
      expect(Math.max(...values)).toBe(largest > 0 ? 1 : 0);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    }
    expect(own.values).not.toEqual(other.values);
  });

  it('is of any of the layers that are listed', async () => {
    const layers = await service.transport.invoke('explain.layers', { runId });
    const lowest = layers.at(-1);
    expect(lowest).toMatchObject({ name: 'conv1', kind: 'conv2d', height: 16, width: 16 });
    const { layer, height, width, values } = await heatMap({ layer: 'conv1', image: path.join(root, 'wide.png') });
    expect([layer, height, width, values.length]).toEqual(['conv1', 16, 16, 256]);
    expect((await heatMap({ image: path.join(root, 'wide.png') })).region).toEqual({
      left: 0.25,
      top: 0,
      width: 0.5,
      height: 1,
    });
  });

  it('refuses what there is not, suggests what was meant, and names no place of this machine', async () => {
    await expectError(() => heatMap({ class: 'fin' }), 'usage.noMatch', "Did you mean 'fine'?");
    await expectError(() => heatMap({ layer: 'conv_1' }), 'usage.noMatch', "'conv1'");
    await expectError(() => heatMap({ layer: 'pooling' }), 'usage.noMatch', 'has places');
    await expectError(() => heatMap({ image: dataset }), 'usage.invalid', 'received a folder');
    await expectError(() => heatMap({ image: path.join(root, 'broken.png') }), 'image.unreadable', 'no image');
    const { grantId } = await service.grant(path.join(root, 'broken.png'));
    const failed = service.transport.invoke('explain.heatMap', { runId, image: { grantId } });
    await expect(failed).rejects.not.toThrow(root);
    await expect(failed).rejects.toThrow('of broken.png: the file is no image');
  });
});

describe('an occlusion map', () => {
  it('tells how far the probability falls, and how far it is', async () => {
    const told: number[] = [];
    const unsubscribe = service.transport.subscribe('task', ({ done, total }) => told.push(done / total));
    const map = await service.transport.invoke('explain.occlusion', { runId, image, patch: 0.25, taskId: 'occlude' });
    unsubscribe();
    expect(told.at(-1)).toBe(1);
    expect([map.layer, map.height, map.width]).toEqual([null, 8, 8]);
    expect(map.largest).toBeLessThanOrEqual(map.classes[0]?.probability ?? 0);
    expect(Math.max(...map.values)).toBe(map.largest > 0 ? 1 : 0);
  });

  it('is cancelled between its squares', async () => {
    const unsubscribe = service.transport.subscribe('task', ({ taskId }) => {
      void service.transport.invoke('task.cancel', { taskId });
    });
    const asked = { runId, image, patch: 0.06, taskId: 'cancelled' };
    await expectError(() => service.transport.invoke('explain.occlusion', asked), 'task.cancelled');
    unsubscribe();
  });
});

describe('the nearest training images', () => {
  const nearest = (taskId?: string) =>
    service.transport.invoke('explain.nearest', { runId, image, count: 12, ...(taskId !== undefined && { taskId }) });

  it('are those that the run was trained on, each with a picture', async () => {
    const { layer, compared, images } = await nearest('nearest');
    expect([layer, compared]).toEqual(['pooling', 12]);
    const own = images.find(({ path: found }) => found === 'train/fine/000.png');
    expect(own?.label).toBe('fine');
    expect(own?.similarity).toBeCloseTo(1, 5);
    const similarities = images.map(({ similarity }) => similarity);
    expect(similarities).toEqual(similarities.toSorted((first, second) => second - first));
    for (const { imageId, path: found } of images) {
      expect(found).toMatch(/^train\//);
      await service.transport.invoke('image.bytes', { imageId: imageId ?? '', size: 32 });
    }
    // What was computed is found again.
    expect(await nearest()).toMatchObject({ images });
  });

  it('are not looked for where they have gone, which is told', async () => {
    renameSync(dataset, `${dataset} elsewhere`);
    copyFileSync(path.join(`${dataset} elsewhere`, 'train/fine/000.png'), path.join(root, 'kept.png'));
    const asked = { runId, image: path.join(root, 'kept.png'), count: 1 };
    await expectError(() => service.transport.invoke('explain.nearest', asked), 'dataset.missing', `run '${runId}'`);
    renameSync(`${dataset} elsewhere`, dataset);
  });
});

describe('the first filters and the maps of a layer', () => {
  it('are pictures of the kernels of the checkpoint', async () => {
    const filters = await service.transport.invoke('explain.filters', { runId });
    expect(filters).toMatchObject({ layer: 'conv1', height: 3, width: 3, count: 8 });
    expect(filters.pixels).toHaveLength(8 * 3 * 3 * 3);
    expect(new Set(filters.pixels).size).toBeGreaterThan(8);
  });

  it.each(['conv1_relu', 'logits'])('are had of the run for %s', async (layer) => {
    const source = { kind: 'run', runId } as const;
    const found = await service.transport.invoke('activations.maps', {
      ...{ source, image, layer, offset: 0, limit: 2, size: 16 },
    });
    expect(found.channels).toHaveLength(2);
  });
});

describe('thaw explain', () => {
  it('writes a picture for each image that it can read, and says what it sees there', async () => {
    mkdirSync(path.join(root, 'other'));
    copyFileSync(path.join(dataset, 'val/broad/000.png'), path.join(root, 'other/000.png'));
    const images = [image, path.join(root, 'other/000.png'), path.join(root, 'broken.png')];
    const parameters = ['explain', '--run', runId, '--out', 'maps', '--class', 'fine', '--nearest', '12'];
    const { code, stdout } = await thaw([...parameters, ...images], { home, cwd: root });
    expect(code).toBe(0);
    expect(stdout).toContain("Grad-CAM of 'conv_pw_11_relu'");
    expect(stdout).toContain('train/fine/000.png');
    expect(stdout).toContain('not read');
    for (const name of ['000-fine-gradcam.png', '000-fine-gradcam-2.png']) {
      const { width, height } = await sharp(path.join(root, 'maps', name)).metadata();
      expect([width, height]).toEqual([40, 40]);
    }
    const json = await thaw([...parameters, '--json', path.join(root, 'broken.png')], { home, cwd: root });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ runId, images: [{ image: path.join(root, 'broken.png') }] });
    expect(existsSync(path.join(root, 'maps/broken-fine-gradcam.png'))).toBe(false);
  });

  it('takes the images of a folder one by one, and writes into no file', async () => {
    copyFileSync(path.join(root, 'broken.png'), path.join(root, 'other/001.png'));
    const parameters = ['explain', '--run', runId, '--class', 'fine', '--out'];
    const { code, stdout } = await thaw([...parameters, 'of-folder', '--json', 'other'], { home, cwd: root });
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as { images: { image: string; problem: string | null }[] };
    expect(told.images.map(({ image: own, problem }) => [own, problem === null])).toEqual([
      [path.join('other', '000.png'), true],
      [path.join('other', '001.png'), false],
    ]);
    expect(existsSync(path.join(root, 'of-folder/000-fine-gradcam.png'))).toBe(true);
    const intoFile = await thaw([...parameters, 'broken.png', 'other/000.png'], { home, cwd: root });
    expect(intoFile).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Name another folder with --out') as string,
    });
    const empty = await thaw([...parameters, 'maps', path.join(home, 'runs', runId, 'checkpoints')], {
      home,
      cwd: root,
    });
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining('has images in it; found none') as string });
  });
});
