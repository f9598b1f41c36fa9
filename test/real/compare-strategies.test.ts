import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { groupResults } from '../../src/shared/contract/group-results.ts';
import { describeShared, sharedPath } from '../support/shared.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw } from '../support/thaw-command.ts';

const compared = groupResults.extend({
  thawedFrom: z.string(),
  summaries: z.array(z.object({ category: z.string(), runs: z.number(), mean: z.number() })),
  verdict: z.object({ gain: z.number(), clear: z.boolean() }),
});

describeShared('comparing strategies on ants and bees', () => {
  it('shows that transfer beats training from scratch, whatever the seed', async () => {
    const home = path.join(temporaryFolder(), 'home');
    const dataset = ['--dataset', 'data/hymenoptera/hymenoptera_data'];
    // On smaller images, which are a third of the work.
    const network = ['--network', 'mobilenet_v1_0.25_128'];
    const weights = ['--weights', 'weights/keras/mobilenet_2_5_224_tf_no_top.h5'];
    const command = ['compare-strategies', ...dataset, ...network, ...weights, '--seeds', '1,2', '--json'];
    const { code, stdout, stderr } = await thaw(command, { home, cwd: sharedPath() });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    // It says how long all of them take, and not only the one under way.
    expect(stderr).toMatch(/seed 2 \(6 of 6, about .* left in all\)/);
    const { summaries, verdict, points, thawedFrom } = compared.parse(JSON.parse(stdout));
    expect(thawedFrom).toBe('block_12');
    expect(points.every(({ status }) => status === 'finished')).toBe(true);
    expect(summaries.map(({ category, runs }) => [category, runs])).toEqual([
      ['features', 2],
      ['finetune', 2],
      ['scratch', 2],
    ]);
    expect(verdict.clear).toBe(true);
    expect(verdict.gain).toBeGreaterThan(0.1);
  });
});
