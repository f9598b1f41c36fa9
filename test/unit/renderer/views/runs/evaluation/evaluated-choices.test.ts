import { describe, expect, it } from 'vitest';
import type { StoredCheckpoint } from '../../../../../../src/shared/contract/checkpoint.ts';
import type { DatasetView } from '../../../../../../src/shared/contract/dataset-view.ts';
import type { DatasetSummary } from '../../../../../../src/shared/contract/run.ts';
import {
  evaluatedChoices,
  firstCheckpoint,
} from '../../../../../../src/renderer/views/runs/evaluation/evaluated-choices.ts';

const own: DatasetSummary = {
  root: 'photos',
  classes: ['ants', 'bees'],
  train: 20,
  validation: 6,
  test: 0,
  version: 'a',
  skipped: [],
};
const opened = (root: string, features: DatasetView['features'] = null) => ({
  dataset: { name: 'Others', root, counts: { train: 3, validation: 2, test: 1 }, features } as DatasetView,
  reference: { kind: 'granted' as const, grantId: 'g' },
});

describe('what a checkpoint can be evaluated on', () => {
  it('are the splits that have images, the validation first', () => {
    expect(evaluatedChoices(own, null, []).map(({ on, images }) => ({ on, images }))).toEqual([
      { on: { kind: 'split', split: 'validation' }, images: 6 },
      { on: { kind: 'split', split: 'train' }, images: 20 },
    ]);
    expect(evaluatedChoices(null, null, []).map(({ key }) => key)).toEqual(['split validation']);
  });

  it('is the opened dataset where it is another one and has images', () => {
    const keys = (other: ReturnType<typeof opened>) => evaluatedChoices(own, other, []).map(({ key }) => key);
    expect(keys(opened('elsewhere'))).toContain('opened');
    expect(keys(opened('photos'))).not.toContain('opened');
    expect(keys(opened('elsewhere', {} as NonNullable<DatasetView['features']>))).not.toContain('opened');
    expect(evaluatedChoices(own, opened('elsewhere'), []).at(-1)).toMatchObject({
      images: 6,
      on: { kind: 'dataset', dataset: { kind: 'granted', grantId: 'g' } },
    });
  });

  it('are folders that were chosen', () => {
    expect(evaluatedChoices(own, null, [{ name: 'new', grantId: 'h' }]).at(-1)?.on).toEqual({
      kind: 'dataset',
      dataset: { kind: 'granted', grantId: 'h' },
    });
  });
});

describe('the checkpoint that is offered first', () => {
  it('is the best, or the last where none is', () => {
    const checkpoint = (step: number, kinds: StoredCheckpoint['kinds']) => ({ step, kinds }) as StoredCheckpoint;
    expect(firstCheckpoint([checkpoint(1, ['best']), checkpoint(2, ['last'])])?.step).toBe(1);
    expect(firstCheckpoint([checkpoint(1, ['starred']), checkpoint(2, ['last'])])?.step).toBe(2);
    expect(firstCheckpoint([])).toBeNull();
  });
});
