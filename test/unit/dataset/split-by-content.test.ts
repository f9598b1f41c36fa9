import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { validationContent } from '../../../src/engine/dataset/split-by-content.ts';

const contents = (count: number, salt = ''): string[] =>
  Array.from({ length: count }, (_, index) => hash('sha256', `${salt}${index}`, 'hex'));

test('holds out about the share it is asked for, of every class', () => {
  const classes = [contents(1000, 'a'), contents(1000, 'b')];
  const heldOut = validationContent(classes, 0.2, 7);
  for (const content of classes) {
    const share = content.filter((one) => heldOut.has(one)).length / content.length;
    expect(share).toBeGreaterThan(0.16);
    expect(share).toBeLessThan(0.24);
  }
});

test('moves no file to another split when files are added or taken away', () => {
  const all = contents(200);
  const before = validationContent([all.slice(0, 120)], 0.25, 3);
  const after = validationContent([all], 0.25, 3);
  for (const one of all.slice(0, 120)) expect(after.has(one)).toBe(before.has(one));
});

test('depends on the seed', () => {
  const all = contents(200);
  expect(validationContent([all], 0.25, 1)).not.toEqual(validationContent([all], 0.25, 2));
});

test.each([0.001, 0.5, 0.999])('leaves at least one of two files on either side at a share of %f', (share) => {
  for (let seed = 0; seed < 20; seed += 1) expect(validationContent([contents(2)], share, seed).size).toBe(1);
});

test.each([0.001, 0.999])('leaves a class of one file, copies included, to training at a share of %f', (share) => {
  const one = contents(1)[0] ?? '';
  expect(validationContent([[one, one]], share, 0).size).toBe(0);
});
