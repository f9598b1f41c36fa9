import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { atOnce, inTurns, type Slices } from '../../../src/engine/dataset/in-slices.ts';

function* threeSlices(done: string[]): Slices<string> {
  for (const slice of ['first', 'second', 'third']) {
    done.push(slice);
    yield;
  }
  return 'all';
}

describe('work in slices', () => {
  it('is done at once where nothing may come between', () => {
    const done: string[] = [];
    expect(atOnce(threeSlices(done))).toBe('all');
    expect(done).toEqual(['first', 'second', 'third']);
  });

  it('lets others have their turn', async () => {
    const done: string[] = [];
    const other = setImmediate().then(() => done.push('other'));
    expect(await inTurns(threeSlices(done), new AbortController().signal)).toBe('all');
    await other;
    expect(done).toEqual(['first', 'other', 'second', 'third']);
  });

  it('ends between two slices when it is cancelled', async () => {
    const done: string[] = [];
    const controller = new AbortController();
    const work = inTurns(threeSlices(done), controller.signal);
    controller.abort(new Error('It was ended.'));
    await expect(work).rejects.toThrow('It was ended.');
    expect(done).toEqual(['first']);
  });
});
