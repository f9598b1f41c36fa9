import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { USUAL_HEAD } from '../../../src/shared/contract/head-design.ts';
import type { TrainingPlanRequest } from '../../../src/shared/contract/plan-request.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { planRun } from '../../../src/engine/service/plan-run.ts';
import { previewPlan } from '../../../src/engine/service/preview-plan.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const context = new ServiceContext({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
afterAll(async () => context.close());

/** A residual network, of which nothing has to be loaded. */
const PLAN: TrainingPlanRequest = { network: 'mobilenet_v2_0.35_32', strategy: 'scratch' };
const FROZEN = { action: 'freeze', pattern: '/./' } as const;

describe('before training starts it is said', () => {
  it.each<readonly [string, TrainingPlanRequest, string]>([
    [
      'that the boundary lies inside a residual branch',
      { ...PLAN, rules: [FROZEN, { action: 'thaw', pattern: 'from:block_15_depthwise' }] },
      "meet at 'block_15_add'",
    ],
    [
      'that a head stands inside one',
      { ...PLAN, headDesign: { base: 'block_15_depthwise' } },
      "stands on 'block_15_depthwise', inside one of the branches that meet at 'block_15_add'",
    ],
  ])('%s', async (_what, plan, told) => {
    expect((await planRun(context, plan)).warnings).toEqual([expect.stringContaining(told)]);
    expect((await previewPlan(context, plan)).warnings).toEqual([expect.stringContaining(told)]);
  });

  it('nothing of a boundary between blocks', async () => {
    const plan = { ...PLAN, rules: [FROZEN, { action: 'thaw', pattern: 'from:block_16' } as const] };
    expect((await planRun(context, plan)).warnings).toEqual([]);
  });

  it.each<readonly [string, TrainingPlanRequest, 'usage.invalid' | 'usage.noMatch', readonly string[], string]>([
    [
      'a base that is no layer',
      { ...PLAN, headDesign: { base: 'block_15_ad' } },
      'usage.invalid',
      ["'block_15_add'"],
      'headDesign',
    ],
    [
      'a head too large',
      {
        ...PLAN,
        network: 'mobilenet_v2_1.0_224',
        headDesign: {
          base: 'block_1_expand_relu',
          pooling: 'flatten',
          hidden: [{ kind: 'dense', units: 4096, activation: 'relu', batchNorm: false, dropout: 0 }],
        },
      },
      'usage.invalid',
      ['hidden_1', '1204224 x 4096'],
      'headDesign',
    ],
    [
      'a pattern that matches nothing',
      { ...PLAN, rules: [{ action: 'thaw', pattern: 'blok_15' }] },
      'usage.noMatch',
      ["'blok_15'", "'block_15'"],
      'rules.0',
    ],
  ])('%s', async (_what, plan, code, words, field) => {
    await expectError(async () => planRun(context, plan), code, ...words);
    const { problems } = await previewPlan(context, plan);
    expect(problems.map((problem) => problem.field)).toEqual([field]);
    expect(`${problems[0]?.message ?? ''} ${problems[0]?.hint ?? ''}`).toContain(words[0]);
  });

  it('no more of a head that is wrong than that: the layers are those of the usual one', async () => {
    const { layers } = await previewPlan(context, { ...PLAN, headDesign: { base: 'nowhere' } });
    const usual = await previewPlan(context, { ...PLAN, headDesign: USUAL_HEAD });
    expect(layers).toEqual(usual.layers);
  });
});
