import { describe, expect, it } from 'vitest';
import { EMPTY_DRAFT, type PlanDraft } from '../../../../src/renderer/state/plan-draft.ts';
import { planRequest } from '../../../../src/renderer/state/plan-request.ts';
import {
  addStage,
  atStage,
  changeStage,
  insertStage,
  moveStage,
  removeStage,
  stagesOf,
  takeStages,
} from '../../../../src/renderer/state/stage-draft.ts';
import type { FreezeRule } from '../../../../src/shared/contract/plan.ts';

const name = (place: number): string => `Stage ${place}`;
const thaw = (pattern: string): FreezeRule => ({ action: 'thaw', pattern });
const rate = (draft: PlanDraft, learningRate: string): PlanDraft => ({
  ...draft,
  typed: { ...draft.typed, learningRate },
});
const abc = takeStages(EMPTY_DRAFT, [
  { name: 'a', rules: [thaw('a')], learningRate: 0.1 },
  { name: 'b', rules: [thaw('b')], learningRate: 0.2 },
  { name: 'c', rules: [thaw('c')], learningRate: 0.3 },
]);
/** Each stage by its name and its one rule, the chosen one marked. */
const told = (draft: PlanDraft): string =>
  stagesOf(draft)
    .map(({ name: own, rules }, place) => `${own}:${rules[0]?.pattern ?? ''}${place === draft.stage ? '*' : ''}`)
    .join(' ');

describe('the stages of a plan that is made', () => {
  it('take over what a plan of one piece says, and another does the same at first', () => {
    const draft = addStage(rate({ ...EMPTY_DRAFT, rules: [thaw('x')] }, '0.5'), name);
    expect(told(draft)).toBe('Stage 1:x Stage 2:x*');
    expect(stagesOf(draft).map(({ typed }) => typed.learningRate)).toEqual(['0.5', '0.5']);
  });

  it('are changed where the form says what the chosen one does, and keep that when another is chosen', () => {
    const changed = rate({ ...atStage(abc, 1), rules: [thaw('other')] }, '9');
    const back = atStage(atStage(changed, 2), 1);
    expect(told(back)).toBe('a:a b:other* c:c');
    expect(back.typed.learningRate).toBe('9');
    expect(atStage(changed, 0).typed.learningRate).toBe('0.1');
  });

  it.each<[string, PlanDraft, string]>([
    ['up', moveStage(abc, 2, 0), 'c:c a:a* b:b'],
    ['down with the one that is chosen', moveStage(abc, 0, 1), 'b:b a:a* c:c'],
    ['nowhere beyond the ends', moveStage(abc, 0, -1), 'a:a* b:b c:c'],
  ])('are moved %s', (_, moved, expected) => {
    expect(told(moved)).toBe(expected);
  });

  it.each<[string, PlanDraft, string]>([
    ['the chosen one, and the next is chosen', removeStage(abc, 0), 'b:b* c:c'],
    ['one before the chosen', removeStage(atStage(abc, 2), 0), 'b:b c:c*'],
    ['the last, which is chosen', removeStage(atStage(abc, 2), 2), 'a:a b:b*'],
  ])('are removed: %s', (_, left, expected) => {
    expect(told(left)).toBe(expected);
  });

  it.each<[string, PlanDraft, number, string]>([
    ['the first, beside the chosen one', atStage(abc, 2), 0, 'a:a b:b c:c*'],
    ['the chosen one', abc, 0, 'a:a b:b* c:c'],
    ['the last', abc, 2, 'a:a* b:b c:c'],
    ['the only one', removeStage(removeStage(abc, 2), 1), 0, 'a:a*'],
  ])('come back where they were removed: %s', (_, draft, place, expected) => {
    const removed = stagesOf(draft)[place];
    if (removed === undefined) throw new Error('There is a stage at each place.');
    const back = insertStage(removeStage(draft, place), removed, place);
    expect(told(back)).toBe(expected);
    expect(new Set(stagesOf(back).map(({ key }) => key)).size).toBe(stagesOf(back).length);
  });

  it('leave a plan of one piece, with what the last of them did', () => {
    const single = removeStage(takeStages(EMPTY_DRAFT, [{ name: 'a', rules: [thaw('a')], learningRate: 0.1 }]), 0);
    expect(single.stages).toEqual([]);
    expect(single.rules).toEqual([thaw('a')]);
  });

  it('are asked for each with its own, and say nothing for the plan beside them', () => {
    const draft = changeStage(rate({ ...abc, strategy: 'features' }, ''), 1, { name: ' second ', begins: 'last' });
    const request = planRequest(draft, { kind: 'sample' }, null);
    expect(request).toMatchObject({
      stages: [
        { name: 'a', begins: 'best', rules: [thaw('a')] },
        { name: 'second', begins: 'last', learningRate: 0.2, rules: [thaw('b')] },
        { name: 'c', learningRate: 0.3 },
      ],
    });
    expect(request.stages?.[0]?.learningRate).toBeUndefined();
    expect(Object.keys(request)).not.toContain('rules');
    expect(Object.keys(request)).not.toContain('epochs');
    expect(request.optimizer).toBeUndefined();
  });
});
