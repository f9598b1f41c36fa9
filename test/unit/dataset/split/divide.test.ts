import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { divide, type Division } from '../../../../src/engine/dataset/split/divide.ts';

const contents = (count: number, salt = ''): string[] =>
  Array.from({ length: count }, (_, index) => hash('sha256', `${salt}${index}`, 'hex'));

/** The units that validate. */
function validationContent(classes: readonly (readonly string[])[], share: number, seed: number): ReadonlySet<string> {
  const split = divide(classes, { kind: 'share', validationShare: share, testShare: 0 }, seed);
  expect([...split.values()]).not.toContain('test');
  return new Set(split.keys());
}

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

test('holds tests out beside validation, and moves no image into validation for it', () => {
  const all = contents(2000);
  const without = divide([all], { kind: 'share', validationShare: 0.2, testShare: 0 }, 5);
  const withTests = divide([all], { kind: 'share', validationShare: 0.2, testShare: 0.1 }, 5);
  const of = (split: string): string[] => all.filter((one) => withTests.get(one) === split);
  expect(of('validation')).toEqual(all.filter((one) => without.get(one) === 'validation'));
  expect(of('test').length).toBeGreaterThan(150);
  expect(of('test').length).toBeLessThan(250);
});

test('folds: each image validates in exactly one of them, about as often in each, and adding files moves none', () => {
  const all = contents(1000);
  const folds = Array.from({ length: 5 }, (_, index): Division => ({ kind: 'folds', folds: 5, fold: index + 1 }));
  const parts = folds.map((fold) => [...divide([all], fold, 3).keys()]);
  expect(parts.flat().sort()).toEqual([...all].sort());
  for (const part of parts) expect(Math.abs(part.length - 200)).toBeLessThan(60);
  const fewer = divide([all.slice(0, 500)], folds[1] as Division, 3);
  const second = new Set(parts[1]);
  for (const one of all.slice(0, 500)) expect(fewer.has(one)).toBe(second.has(one));
});

test.each<Division>([
  { kind: 'folds', folds: 2, fold: 1 },
  { kind: 'folds', folds: 2, fold: 2 },
  { kind: 'share', validationShare: 0.49, testShare: 0.49 },
])('leaves something of every class to train on: %o', (division) => {
  for (let seed = 0; seed < 30; seed += 1) {
    for (const size of [1, 2, 3]) {
      const units = contents(size, `${seed} `);
      expect(divide([units], division, seed).size).toBeLessThan(size);
    }
  }
});

describe('units of several classes', () => {
  /** Few units in few classes, each unit in one of them or in two. */
  const mixed = (seed: number): string[][] => {
    const units = contents(3 + (seed % 4), `mixed ${seed} `);
    const classes: string[][] = Array.from({ length: 2 + (seed % 3) }, () => []);
    units.forEach((unit, index) => {
      classes[index % classes.length]?.push(unit);
      classes[(index * 2 + seed) % classes.length]?.push(unit);
    });
    return classes.filter((units) => units.length > 0);
  };
  const seeds = Array.from({ length: 400 }, (_, seed) => seed);

  test.each<Division>([
    { kind: 'share', validationShare: 0.3, testShare: 0 },
    { kind: 'share', validationShare: 0.3, testShare: 0.3 },
    { kind: 'folds', folds: 2, fold: 1 },
  ])('leave something of every class to train on: %o', (division) => {
    for (const seed of seeds) {
      const classes = mixed(seed);
      const splits = divide(classes, division, seed);
      for (const units of classes) expect(units.some((unit) => !splits.has(unit))).toBe(true);
    }
  });

  test('validate wherever a class can spare one', () => {
    for (const seed of seeds) {
      const classes = mixed(seed);
      const splits = divide(classes, { kind: 'share', validationShare: 0.01, testShare: 0 }, seed);
      const trainingOf = (units: readonly string[]): string[] =>
        [...new Set(units)].filter((unit) => !splits.has(unit));
      const last = new Set(classes.map(trainingOf).flatMap((training) => (training.length === 1 ? training : [])));
      for (const units of classes) {
        if (units.some((unit) => splits.get(unit) === 'validation')) continue;
        expect(trainingOf(units).every((unit) => last.has(unit))).toBe(true);
      }
    }
  });

  test('never validate with the last one of another class, whichever class comes first', () => {
    for (const seed of seeds.slice(0, 40)) {
      const [shared = '', own = '', third = ''] = contents(3, `pair ${seed} `);
      for (const classes of [
        [[shared, own], [shared]],
        [[shared], [shared, own]],
      ]) {
        expect(divide(classes, { kind: 'share', validationShare: 0.01, testShare: 0 }, seed)).toEqual(
          new Map([[own, 'validation']]),
        );
      }
      const none = divide(
        [[shared], [own], [shared, own], [third]],
        { kind: 'share', validationShare: 0.5, testShare: 0 },
        seed,
      );
      expect(none.size).toBe(0);
    }
  });
});
