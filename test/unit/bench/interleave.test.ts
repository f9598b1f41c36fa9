import { expect, it } from 'vitest';
import { interleave } from '../../../bench/interleave.ts';

const { signal } = new AbortController();

it('measures all sides in turns', async () => {
  const order: string[] = [];
  const side = (name: string) => () => Promise.resolve(order.push(name));
  const values = await interleave([side('a'), side('b')], 2, signal, (round) => order.push(`round ${round}`));
  expect(order).toEqual(['round 1', 'a', 'b', 'round 2', 'a', 'b']);
  expect(values).toEqual([
    [2, 5],
    [3, 6],
  ]);
});

it('stops where it is asked to', async () => {
  const stopped = AbortSignal.abort();
  await expect(interleave([() => Promise.resolve(1)], 1, stopped, () => undefined)).rejects.toThrow(/abort/i);
});
