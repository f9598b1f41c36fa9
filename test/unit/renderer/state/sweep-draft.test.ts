import { describe, expect, it } from 'vitest';
import { EMPTY_SWEEP, readSweep, type SweepDraft } from '../../../../src/renderer/state/sweep-draft.ts';
import { sweepRequest } from '../../../../src/shared/contract/queue.ts';

const read = (draft: Partial<SweepDraft>) => readSweep({ ...EMPTY_SWEEP, ...draft });

describe('a typed sweep', () => {
  it.for<readonly [Partial<SweepDraft>, number]>([
    [{}, 0],
    [{ learningRate: ' , ' }, 0],
    [{ learningRate: '0.1' }, 1],
    [{ learningRate: '0.1, 1e-3,.01' }, 3],
    [{ learningRate: '0.1, 0.01', seed: '1,2,3' }, 6],
    [{ strategies: ['features', 'finetune'], seed: '1,2' }, 4],
    [{ boundary: 'block_5, last:3, /^conv_(dw,?)+_/', learningRate: '1' }, 3],
  ])('%j is %i runs', ([draft, runs]) => {
    expect(read(draft)).toMatchObject({ runs, problems: {}, problem: null });
  });

  it('asks for each list in the order it was typed, and for strategies in theirs', () => {
    const { values } = read({
      learningRate: '0.1, 0.01',
      strategies: ['finetune', 'features'],
      boundary: 'last:3, /a,b/',
      seed: '7',
    });
    expect(values).toEqual({
      learningRate: [0.1, 0.01],
      strategy: ['features', 'finetune'],
      boundary: ['last:3', '/a,b/'],
      seed: [7],
    });
    expect(sweepRequest.safeParse({ plan: {}, values }).success).toBe(true);
  });

  it.for<readonly [Partial<SweepDraft>, string, string]>([
    [{ learningRate: '0.1, fast' }, 'learningRate', "'fast'"],
    [{ learningRate: '0' }, 'learningRate', "'0'"],
    [{ learningRate: '-1' }, 'learningRate', "'-1'"],
    [{ learningRate: '0.1, 0.10' }, 'learningRate', 'twice'],
    [{ seed: '1.5' }, 'seed', "'1.5'"],
    [{ seed: '4294967296' }, 'seed', "'4294967296'"],
    [{ boundary: 'last:3, last:3' }, 'boundary', 'twice'],
  ])('%j is told wrong at %s', ([draft, field, words]) => {
    expect(read(draft).problems).toEqual({ [field]: expect.stringContaining(words) as string });
  });

  it('is not more than fits', () => {
    const many = Array.from({ length: 20 }, (_, index) => index + 1).join(',');
    expect(read({ seed: many, learningRate: many }).problem).toContain('400');
  });
});
