import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { windowTransport } from '../../../src/engine/service/window-transport.ts';
import type { EndpointName } from '../../../src/shared/contract/endpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const home = temporaryFolder();
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());
const window = windowTransport(service);
const send = (name: EndpointName, request: unknown): Promise<unknown> => window.invoke(name, request as never);

const photos = await writeFiles(path.join(home, 'photos'), {
  'cat/1.png': smallPng(1),
  'cat/2.png': smallPng(2),
  'dog/1.png': smallPng(3),
  'dog/2.png': smallPng(4),
});

describe('a window', () => {
  it.each([
    ['dataset.open', { dataset: { kind: 'folder', path: photos } }, 'as dataset'],
    ['training.start', { dataset: { kind: 'folder', path: photos } }, 'as dataset'],
    ['training.start', { weights: { kind: 'file', path: '/etc/passwd' } }, 'as weights'],
    ['training.start', { dataset: { kind: 'features', path: '/etc/passwd' } }, 'as dataset'],
    ['features.write', { output: { kind: 'file', path: '/tmp/a.npz' } }, 'as output'],
    [
      'features.write',
      { dataset: { kind: 'folder', path: '/etc' }, output: { kind: 'granted', grantId: 'x', name: 'a.npz' } },
      'as dataset',
    ],
    ['plan.preview', { dataset: { kind: 'folder', path: photos } }, 'as dataset'],
    ['plan.preview', { weights: { kind: 'file', path: '/etc/passwd' } }, 'as weights'],
    ['layer.inspect', { layer: 'x', plan: { weights: { kind: 'file', path: '/etc/passwd' } } }, 'as plan.weights'],
    ['layer.inspect', { layer: 'x', plan: { dataset: { kind: 'folder', path: '/etc' } } }, 'as plan.dataset'],
    ['predict', { runId: 'x', images: [{ imageId: 'x' }, '/etc/passwd'], top: 1 }, 'as images'],
    [
      'activations',
      { source: { kind: 'run', runId: 'x' }, image: '/etc/passwd', layer: 'x', withValues: false },
      'as image',
    ],
    [
      'activations',
      {
        source: { kind: 'network', network: 'x', weights: { kind: 'file', path: '/etc/passwd' } },
        image: { imageId: 'x' },
        layer: 'x',
        withValues: true,
      },
      'as source.weights',
    ],
    [
      'activations.maps',
      { source: { kind: 'run', runId: 'x' }, image: '/etc/passwd', layer: 'x', offset: 0, limit: 1, size: 8 },
      'as image',
    ],
    [
      'augmentation.preview',
      { network: 'x', images: [{ imageId: 'x' }, '/etc/passwd'], augmentation: null, seed: 1, count: 1 },
      'as images',
    ],
    ['runs.export', { runIds: ['x'], format: 'csv', output: { kind: 'file', path: '/tmp/x.csv' } }, 'as output'],
    ['runs.report', { runIds: ['x'], output: { kind: 'file', path: '/tmp/x.html' } }, 'as output'],
    ['runs.import', { file: { kind: 'file', path: '/etc/passwd' } }, 'as file'],
    [
      'training.start',
      { weights: { kind: 'fused', parts: [{ kind: 'shipped' }, { kind: 'file', path: '/etc/passwd' }] } },
      'as weights',
    ],
    ['plans.parse', { text: 'dataset: photos', format: 'yaml', folder: '/etc' }, 'as folder'],
    [
      'plans.write',
      { of: { plan: { dataset: { kind: 'folder', path: photos } } }, format: 'yaml' },
      'as of.plan.dataset',
    ],
    ['plans.strategies', { plan: { dataset: { kind: 'folder', path: photos } }, seeds: [1] }, 'as plan.dataset'],
    ['queue.strategies', { plan: { weights: { kind: 'file', path: '/etc/passwd' } }, seeds: [1] }, 'as plan.weights'],
  ] as const)('may not name a path in %s %j', async (name, request, words) => {
    await expectError(() => send(name, request), 'file.notGranted', words);
  });

  it('may name what was granted, and read where it lies', async () => {
    const { grantId, name, kind } = await service.grant(photos);
    expect([name, kind]).toEqual(['photos', 'folder']);
    const view = await window.invoke('dataset.open', { dataset: { kind: 'granted', grantId } });
    expect(view).toMatchObject({ root: photos, name: 'photos', counts: { train: 2, validation: 2, test: 0 } });
  });

  it('may name what ships with Thaw, and is told of what is wrong with a request as others are', async () => {
    expect((await window.invoke('dataset.open', { dataset: { kind: 'sample' } })).classes.length).toBeGreaterThan(1);
    await expectError(() => send('dataset.open', { dataset: 'photos' }), 'usage.invalid', 'dataset');
    await expectError(() => send('predict', { runId: 'x', images: [], top: 1 }), 'usage.invalid', 'images');
  });

  it('hears what the engine tells', async () => {
    const heard: number[] = [];
    const end = window.subscribe('task', ({ sequence }) => heard.push(sequence));
    await window.invoke('dataset.open', { dataset: { kind: 'sample' }, taskId: 'one' });
    end();
    await window.invoke('dataset.open', { dataset: { kind: 'sample' }, taskId: 'two' });
    expect(heard.length).toBeGreaterThan(0);
    expect(heard).toEqual(heard.map((_, index) => index + 1));
  });
});

describe('a grant', () => {
  it.each([
    ['photo.JPG', 'image'],
    ['photo.webp', 'image'],
    ['weights.h5', 'weights'],
    ['net.safetensors', 'weights'],
    ['variables.index', 'weights'],
    ['model.json', 'weights'],
    ['notes.txt', 'other'],
  ])('says of %s that it is %s', async (name, kind) => {
    const file = path.join(home, name);
    writeFileSync(file, 'x');
    expect(await service.grant(file)).toMatchObject({ name, kind });
  });

  it('is the same for the same file however it is named, and cannot be guessed', async () => {
    const link = path.join(home, 'link');
    symlinkSync(photos, link);
    const [one, other] = [await service.grant(photos), await service.grant(link)];
    expect(other).toEqual(one);
    expect(one.grantId).toMatch(/^[\w-]{24}$/);
    const elsewhere = createService({ home, cache: path.join(home, 'cache') });
    expect((await elsewhere.grant(photos)).grantId).not.toBe(one.grantId);
    await elsewhere.close();
  });

  it('is refused in words where there is nothing', async () => {
    await expectError(() => service.grant(path.join(home, 'nowhere')), 'file.notGranted', 'nowhere', 'gone');
    mkdirSync(path.join(home, 'loop'));
    symlinkSync(path.join(home, 'loop/a'), path.join(home, 'loop/b'));
    symlinkSync(path.join(home, 'loop/b'), path.join(home, 'loop/a'));
    await expectError(() => service.grant(path.join(home, 'loop/a')), 'file.notGranted', 'leads to itself');
  });
});
