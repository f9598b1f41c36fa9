import { describe, expect, it } from 'vitest';
import { sweptValues } from '../../../src/cli/commands/sweep.ts';

describe('what a sweep goes through', () => {
  it.each([
    { given: ['seed=1,2', 'seed=3'], values: { seed: [1, 2, 3] } },
    { given: ['learningRate=0.1', 'seed=1', 'learningRate=0.2'], values: { learningRate: [0.1, 0.2], seed: [1] } },
    { given: ['strategy=features', 'strategy=finetune'], values: { strategy: ['features', 'finetune'] } },
    { given: ['boundary=conv1', 'boundary=last:3'], values: { boundary: ['conv1', 'last:3'] } },
    { given: ['boundary=/conv_\\d{1,2}/, last:4'], values: { boundary: ['/conv_\\d{1,2}/', 'last:4'] } },
    { given: ['boundary=/a/,/b,c/'], values: { boundary: ['/a/', '/b,c/'] } },
    { given: ['boundary=block/1,block/2'], values: { boundary: ['block/1', 'block/2'] } },
  ])('$given means $values', ({ given, values }) => {
    expect(given.reduce<object>((before, text) => sweptValues(text, before), {})).toEqual(values);
  });

  it.each(['seed', 'seed=', 'seed=1,,2', 'boundary=/a,b/,', 'epochs=3'])('is not %s', (text) => {
    expect(() => sweptValues(text)).toThrow('values with commas between');
  });
});
