import { describe, expect, it } from 'vitest';
import { chooseHead, type HeadClasses } from '../../../src/engine/weights/head-choice.ts';
import type { OwnClassifier } from '../../../src/engine/weights/own-classifier.ts';

const ofTwo: OwnClassifier = { outputs: 2, tensors: new Map() };
const same: HeadClasses = { wanted: ['ants', 'bees'], outputs: 2, own: ['ants', 'bees'], anew: false };

describe("the weights' own classifier goes on as the head where its classes are the same", () => {
  it.each<readonly [string, HeadClasses, { kept: boolean; uncertain: boolean }, RegExp]>([
    ['by name and order', same, { kept: true, uncertain: false }, /classes are those of the dataset/],
    ['as far as is known', { ...same, own: null }, { kept: true, uncertain: true }, /2 outputs too and do not name/],
    ['of which a count is known', { ...same, wanted: 2 }, { kept: true, uncertain: true }, /do not name/],
  ])('%s', (_, classes, expected, told) => {
    expect(chooseHead(ofTwo, classes)).toMatchObject(expected);
    expect(chooseHead(ofTwo, classes).reason).toMatch(told);
  });

  it.each<readonly [string, OwnClassifier | null, HeadClasses, RegExp]>([
    ['where the plan says so', ofTwo, { ...same, anew: true }, /plan says/],
    ['without a classifier', null, same, /no classifier/],
    ['for other names', ofTwo, { ...same, own: ['ants', 'wasps'] }, /ants, wasps.*ants, bees/],
    ['for another order', ofTwo, { ...same, own: ['bees', 'ants'] }, /bees, ants.*ants, bees/],
    ['for other cases', ofTwo, { ...same, own: ['Ants', 'Bees'] }, /Ants/],
    ['for more classes', { ...ofTwo, outputs: 1000 }, { ...same, own: null }, /1000 outputs.*2 outputs/],
    ['for one output instead of two', ofTwo, { ...same, outputs: 1 }, /2 outputs.*one output/],
  ])('and not %s', (_, classifier, classes, told) => {
    const choice = chooseHead(classifier, classes);
    expect(choice).toMatchObject({ kept: false, uncertain: false });
    expect(choice.reason).toMatch(told);
  });
});
