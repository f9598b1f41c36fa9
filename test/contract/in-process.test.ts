import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createService } from '../../src/engine/service/create-service.ts';
import { endpoints, type EndpointName, type Transport } from '../../src/shared/contract/endpoint.ts';
import { expectError } from '../support/expect-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const home = temporaryFolder();
const service = createService({ home, cache: path.join(home, 'cache'), roots: [home] });
const transport: Transport = service.transport;

/** What a client in another language, or a window gone wrong, might send. */
function send(name: EndpointName, request: unknown): Promise<unknown> {
  return transport.invoke(name, request as never);
}

describe('the contract in process', () => {
  it.each([
    ['networks.list', {}],
    ['networks.show', { name: 'ResNet50' }],
    ['networks.show', { name: 'mobilenet_v3_small_1.0_40', classes: 7 }],
    ['runs.list', {}],
    ['runs.list', { status: 'finished', limit: 1 }],
    ['runs.list', { offset: 3, shelf: 'trash', sparkline: true }],
    [
      'runs.list',
      { query: 'val_accuracy > 0.9', sort: [{ key: 'created', descending: true }], columns: ['tag', 'last(loss)'] },
    ],
    ['runs.groups', { by: 'network', query: 'starred' }],
    ['runs.columns', {}],
    ['runs.complete', { query: 'network ', cursor: 8 }],
    ['filters.save', { name: 'good', query: 'val_accuracy > 0.9' }],
    ['filters.list', {}],
    ['filters.delete', { name: 'good' }],
    ['cache.show', {}],
    ['cache.clear', {}],
    ['dataset.open', { dataset: { kind: 'sample' } }],
    ['dataset.inspect', { dataset: { kind: 'sample' } }],
    ['dataset.recent', {}],
    ['plan.preview', {}],
    ['plan.preview', { epochs: 'ten', network: 'none', rules: [{ action: 'thaw', pattern: '(' }] }],
    ['layer.inspect', { layer: 'conv_dw_1' }],
    ['layer.inspect', { layer: 'logits', plan: { head: 'sigmoid', strategy: 'scratch' } }],
    ['files.browse', { grantId: null }],
    ['settings.write', { theme: 'dark', panes: { tree: 300 } }],
    ['settings.read', {}],
    ['task.cancel', { taskId: 'ended long ago' }],
  ] as const)('answers %s %j as its schema says', async (name, request) => {
    const answer = await send(name, request);
    expect(endpoints[name].response.parse(answer)).toEqual(answer);
  });

  it('answers system.doctor also where things are missing', async () => {
    const report = endpoints['system.doctor'].response.parse(await send('system.doctor', {}));
    expect(report.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Device', 'Workspace', 'Experiment log', 'Index of datasets']),
    );
    expect(report.caches.map(({ name, clear }) => [name, clear])).toEqual([
      ['features', 'thaw cache clear'],
      ['decoded', 'thaw cache clear'],
      ['thumbnails', 'thaw cache clear'],
      ['embeddings', 'thaw cache clear'],
      ['weights', null],
      ['toolchain', null],
    ]);
    expect(report.freeDiskBytes).toBeGreaterThan(0);
    for (const { ok, mend } of report.checks) if (!ok) expect(mend).not.toBeNull();
  });

  it.each([
    ['training.start', { epochs: 0 }, 'epochs must be at least 1; received 0.'],
    ['training.start', { epochs: 2.5 }, 'epochs must be a whole number; received 2.5.'],
    ['training.start', { epochs: 'ten' }, 'epochs must be a number; received "ten".'],
    ['training.start', { strategy: 'all' }, 'strategy must be one of features, finetune, scratch; received "all".'],
    ['training.start', { dropout: 1 }, 'dropout must be less than 1; received 1.'],
    ['training.start', { optimizer: { learningRate: 0 } }, 'optimizer.learningRate must be more than 0; received 0.'],
    ['training.start', { dataset: { kind: 'web' } }, 'is of no known kind; received "web".'],
    ['training.start', { colour: 'red' }, "the request has no field 'colour'."],
    [
      'training.start',
      { rules: [{ action: 'melt', pattern: 'x' }] },
      'rules.0.action must be one of freeze, thaw, freezeStatistics, thawStatistics; received "melt".',
    ],
    ['training.start', null, 'the request must be an object; received null.'],
    ['runs.show', {}, 'runId must be text; received nothing.'],
    ['runs.show', { runId: '' }, 'runId must be at least 1 characters; received "".'],
    ['predict', { runId: 'x', images: [], top: 1 }, 'images must be at least 1 entries; received [].'],
    ['runs.list', { limit: 1e9 }, 'limit must be at most 10000; received 1000000000.'],
    ['dataset.open', { dataset: { kind: 'folder', path: '' } }, 'dataset.path must be at least 1 characters'],
    ['dataset.images', { datasetId: 'x', offset: -1, limit: 1 }, 'offset must be at least 0; received -1.'],
    ['dataset.images', { datasetId: 'x', offset: 0, limit: 1001 }, 'limit must be at most 1000; received 1001.'],
    ['image.bytes', { imageId: 'x', size: 5000 }, 'size must be at most 4096; received 5000.'],
    ['image.bytes', { imageId: 'x', size: 0.5 }, 'size must be a whole number; received 0.5.'],
    ['files.upload', { path: 'a.png', bytes: 'text' }, 'bytes'],
    ['files.upload', { path: 'a.png', bytes: new Uint8Array(1), collection: '../x' }, 'collection'],
    ['runs.series', { runId: 'x', by: 'time', keys: ['loss'], maxPoints: 9 }, 'by must be one of step, epoch'],
    ['runs.series', { runId: 'x', by: 'step', keys: [], maxPoints: 9 }, 'keys must be at least 1 entries'],
    ['runs.series', { runId: 'x', by: 'step', keys: ['loss'], maxPoints: 1 }, 'maxPoints must be at least 2'],
    ['settings.write', { theme: 'pink' }, 'theme must be one of system, dark, light; received "pink".'],
    ['settings.write', { smoothing: 1 }, 'smoothing must be less than 1; received 1.'],
    ['settings.write', { schemaVersion: 2 }, "the request has no field 'schemaVersion'."],
  ] as const)('refuses %s %j in words', async (name, request, words) => {
    await expectError(() => send(name, request), 'usage.invalid', words);
  });

  it.each([
    ['runs.show', { runId: 'nope' }],
    ['runs.attach', { runId: 'nope' }],
    ['runs.series', { runId: 'nope', by: 'step', keys: ['loss'], maxPoints: 10 }],
    ['runs.resume', { runId: 'nope' }],
    ['runs.checkpoints', { runId: 'nope' }],
    ['runs.layers', { runId: 'nope' }],
    ['runs.histograms', { runId: 'nope' }],
    ['runs.layerSeries', { runId: 'nope', layer: 'conv1', maxPoints: 10 }],
    ['activations', { source: { kind: 'run', runId: 'nope' }, image: 'a.png', layer: 'conv1', withValues: false }],
    ['runs.star', { runId: 'nope', checkpoint: 'best' }],
    ['runs.unstar', { runId: 'nope', step: 1 }],
    ['training.wait', { runId: 'nope' }],
    ['training.stop', { runId: 'nope' }],
    ['training.pause', { runId: 'nope' }],
    ['training.continue', { runId: 'nope' }],
    ['predict', { runId: 'nope', images: ['a.png'], top: 1 }],
    ['dataset.open', { dataset: { kind: 'ofRun', runId: 'nope' } }],
    ['training.start', { weights: { kind: 'ofRun', runId: 'nope' } }],
  ] as const)('tells %s of a run it does not know', async (name, request) => {
    await expectError(() => send(name, request), 'run.unknown', 'nope');
  });

  it.each([
    ['dataset.open', { dataset: { kind: 'granted', grantId: 'nope' } }],
    ['dataset.images', { datasetId: 'nope', offset: 0, limit: 10 }],
    ['image.bytes', { imageId: 'nope', size: 64 }],
    ['image.bytes', { imageId: '/etc/passwd', size: 64 }],
    ['image.bytes', { imageId: 'no.pe', size: 64 }],
    ['files.browse', { grantId: 'nope' }],
    ['training.start', { dataset: { kind: 'granted', grantId: 'nope' } }],
    ['training.start', { weights: { kind: 'granted', grantId: 'nope' } }],
  ] as const)('lets %s %j name nothing that was not granted', async (name, request) => {
    await expectError(() => send(name, request), 'file.notGranted', 'is not known');
  });

  it('opens no log again once it was closed', async () => {
    await service.close();
    await expectError(() => send('runs.list', {}), 'engine.lost', 'this one has closed');
    await service.close();
  });
});
