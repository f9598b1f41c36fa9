import { describe, expect, it } from 'vitest';
import type { WeightsSource } from '../../../src/shared/contract/plan.ts';
import { completePlan } from '../../../src/engine/service/default-plan.ts';
import { plannedParts } from '../../../src/engine/service/weights-path.ts';
import { expectError } from '../../support/expect-error.ts';

const FUSED = 'fusion_mobilenet_v1_0.25_96+squeezenet1_1_96@torch';
const FILE = { kind: 'file', path: '/weights/squeezenet.pth' } as const;
const SHIPPED = { kind: 'shipped' } as const;

function weightsOf(weights: WeightsSource | undefined, network = FUSED): WeightsSource {
  return completePlan({ network, weights }).weights;
}

describe('the weights of a fused network', () => {
  it('are those of each part, in their order', () => {
    const weights = { kind: 'fused', parts: [SHIPPED, FILE] } as const;
    expect(weightsOf({ kind: 'fused', parts: [...weights.parts] })).toEqual(weights);
    expect(plannedParts({ network: FUSED, weights: { kind: 'fused', parts: [...weights.parts] } })).toEqual([
      { network: 'mobilenet_v1_0.25_96', weights: SHIPPED },
      { network: 'squeezenet1_1_96@torch', weights: FILE },
    ]);
  });

  it('ship where they ship for all of its parts', () => {
    const both = 'fusion_mobilenet_v1_0.25_96+mobilenet_v1_0.25_96';
    expect(weightsOf(undefined, both)).toEqual({ kind: 'fused', parts: [SHIPPED, SHIPPED] });
  });

  it('may be those of a run of the very network', () => {
    const run = { kind: 'run', runId: 'before' } as const;
    expect(weightsOf(run)).toEqual(run);
  });

  it('are none where all is trained from scratch', () => {
    expect(completePlan({ network: FUSED, strategy: 'scratch' }).weights).toEqual({ kind: 'none' });
  });

  it.each<readonly [string, WeightsSource | undefined, string, readonly string[]]>([
    ['not there, and do not ship for a part', undefined, FUSED, ['squeezenet1_1_96@torch']],
    ['one file', FILE, FUSED, ['one source', 'mobilenet_v1_0.25_96, squeezenet1_1_96@torch']],
    ['too many', { kind: 'fused', parts: [SHIPPED, FILE, FILE] }, FUSED, ['3 sources']],
    ['said to ship, and do not', { kind: 'fused', parts: [SHIPPED, SHIPPED] }, FUSED, ['squeezenet1_1_96@torch']],
    [
      'of several parts for one network',
      { kind: 'fused', parts: [SHIPPED, FILE] },
      'mobilenet_v1_0.25_96',
      ['fusion_A+B'],
    ],
  ])('are refused that are %s', async (_what, weights, network, words) => {
    await expectError(() => weightsOf(weights, network), 'usage.invalid', ...words);
  });
});

describe('the preprocessing of a fused network', () => {
  const plan = { network: FUSED, weights: { kind: 'fused' as const, parts: [SHIPPED, FILE] } };

  it('has the framing that is asked for', () => {
    const { preprocessing } = completePlan({ ...plan, preprocessing: { resize: 'stretch' } });
    expect(preprocessing).toMatchObject({ resize: 'stretch', values: null });
  });

  it('has no rule of values for all parts', async () => {
    const wrong = (): unknown => completePlan({ ...plan, preprocessing: { values: 'caffe' } });
    await expectError(wrong, 'usage.invalid', "'caffe'", 'Each part');
  });
});
