import { describe, expect, it } from 'vitest';
import type { FreezeRule } from '../../../src/shared/contract/plan.ts';
import { describeCutThroughBranches } from '../../../src/engine/freeze/boundary-branch.ts';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { withHead } from '../../../src/engine/network/head.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';

function told(name: string, ...patterns: readonly string[]): string | null {
  const network = withHead(findNetwork(name).build(), { classes: 2, dropout: 0 });
  const rules = patterns.map((pattern): FreezeRule => ({ action: 'thaw', pattern }));
  return describeCutThroughBranches(network, freezePlan(network, 'features', rules).cut);
}

describe('a boundary inside a residual branch', () => {
  it.each([
    ['resnet50_64', 'conv5_block3_2_conv', 'conv5_block3_add'],
    ['inception_v3_75', 'conv2d_93', 'mixed10'],
  ])('of %s is told with the layer where the branches meet', (name, pattern, meeting) => {
    expect(told(name, pattern)).toContain(`meet at '${meeting}'`);
  });

  it.each([
    ['resnet50_64', 'conv5_block3'],
    ['mobilenet_v1_0.25_96', 'conv_pw_13'],
    ['resnet50_64', 'logits'],
  ])('is none in %s where %s trains', (name, pattern) => {
    const sentence = told(name, `from:${pattern}`);
    expect(sentence).toBeNull();
  });
});
