import { expect, it } from 'vitest';
import { stageParts } from '../../../../src/renderer/charts/run-lines.ts';

const stages = [
  { name: 'head', firstEpoch: 1 },
  { name: 'all', firstEpoch: 5 },
];

it.each([
  ['epoch', 10, [0.5, 4.5]],
  // Forty steps are the first stage's; the second begins with the one after.
  ['step', 10, [0.5, 40.5]],
  ['step', null, []],
] as const)('tells by %s, of %s steps an epoch, that stages begin at %o', (axis, steps, expected) => {
  expect(stageParts(stages, axis, steps).map(({ x }) => x)).toEqual(expected);
});
