import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const home = temporaryFolder();
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());
const { transport } = service;
const FINE_TUNING = [
  { action: 'freeze', pattern: '/./' },
  { action: 'thaw', pattern: 'from:block_12' },
];

describe('comparing strategies', () => {
  it('trains the head alone, the last blocks too, and all from scratch, each with each seed', async () => {
    const plan = { network: 'mobilenet_v1_0.25_96', batchSize: 8 };
    const { runs, thawedFrom, name } = await transport.invoke('plans.strategies', { plan, seeds: [1, 2, 1] });
    expect({ thawedFrom, name }).toEqual({
      thawedFrom: 'block_12',
      name: 'Strategies: mobilenet_v1_0.25_96 on sample',
    });
    expect(runs.map(({ strategy, seed }) => `${strategy} ${seed}`)).toEqual([
      'features 1',
      'finetune 1',
      'scratch 1',
      'features 2',
      'finetune 2',
      'scratch 2',
    ]);
    expect(runs.map(({ plan: under }) => under.rules)).toEqual([[], FINE_TUNING, [], [], FINE_TUNING, []]);
    for (const { strategy, seed, plan: under } of runs) expect(under).toMatchObject({ ...plan, strategy, seed });
    expect(runs[2]?.plan.weights).toEqual({ kind: 'none' });
  });

  it('lets the network that begins from nothing see the images as often as fine-tuning does', async () => {
    const { runs } = await transport.invoke('plans.strategies', { plan: {}, seeds: [1] });
    const epochs = new Map(runs.map(({ strategy, plan }) => [strategy, plan.epochs]));
    expect(epochs.get('scratch')).toBe(epochs.get('finetune'));
    expect(epochs.get('scratch')).toBeGreaterThan(0);
  });

  it("lets fine-tuning train what the plan's own rules thaw, for as many epochs as it says", async () => {
    const rules = [{ action: 'freeze' as const, pattern: 'conv1' }];
    const { runs, thawedFrom } = await transport.invoke('plans.strategies', { plan: { rules, epochs: 4 }, seeds: [1] });
    expect(thawedFrom).toBeNull();
    expect(runs.map(({ plan }) => [plan.epochs, plan.rules])).toEqual([
      [4, []],
      [4, rules],
      [4, []],
    ]);
  });

  it('refuses a plan in stages, and loads nothing for what begins from nothing', async () => {
    const stages = [{ name: 'head' }, { name: 'all', strategy: 'finetune' as const }];
    for (const endpoint of ['plans.strategies', 'queue.strategies'] as const) {
      const asked = { plan: { stages }, seeds: [1], name: 'stages' };
      const { name, ...listed } = asked;
      const invoked = () =>
        endpoint === 'plans.strategies'
          ? transport.invoke(endpoint, listed)
          : transport.invoke(endpoint, { ...listed, name });
      await expectError(invoked, 'usage.invalid', 'the plan has 2 stages', '--plan');
    }
    const { runs } = await transport.invoke('plans.strategies', { plan: { reuse: 'block_1' }, seeds: [1] });
    expect(runs.map(({ plan }) => plan.reuse)).toEqual(['block_1', 'block_1', null]);
  });

  it('lets all runs wait as one group, or none where one cannot be', async () => {
    const { group, runIds } = await transport.invoke('queue.strategies', {
      plan: {},
      seeds: [1, 2],
      name: 'three ways',
    });
    expect(runIds).toHaveLength(6);
    const { axis, categories, points } = await transport.invoke('runs.groupResults', { group: group.id });
    expect({ axis, categories }).toEqual({ axis: 'strategy', categories: ['features', 'finetune', 'scratch'] });
    expect(points.map(({ runId }) => runId)).toEqual(runIds);
    const wrong = { plan: { weights: { kind: 'none' as const } }, seeds: [1], name: 'none' };
    await expectError(() => transport.invoke('queue.strategies', wrong), 'usage.invalid', 'needs pretrained weights');
    await expectError(() => transport.invoke('runs.groupResults', { group: 'none' }), 'usage.noMatch');
  });
});
