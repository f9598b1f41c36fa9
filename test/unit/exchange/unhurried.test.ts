import { setImmediate } from 'node:timers';
import { describe, expect, it } from 'vitest';
import { unhurried } from '../../../src/engine/exchange/unhurried.ts';

/** Pieces that each take the whole thread for longer than a turn. */
function* slow(count: number): Generator<number> {
  for (let piece = 0; piece < count; piece += 1) {
    const end = performance.now() + 15;
    while (performance.now() < end);
    yield piece;
  }
}

describe('pieces that are taken unhurried', () => {
  it('leave others their turn between them', async () => {
    let turns = 0;
    let waiting = true;
    const turn = (): void => {
      turns += 1;
      if (waiting) setImmediate(turn);
    };
    setImmediate(turn);
    const seen: number[] = [];
    for await (const piece of unhurried(slow(5), new AbortController().signal)) seen.push(piece);
    waiting = false;
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(turns).toBeGreaterThanOrEqual(5);
  });

  it('end where they are to', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const taking = (async () => {
      for await (const piece of unhurried(slow(5), controller.signal)) {
        seen.push(piece);
        controller.abort(new RangeError('enough'));
      }
    })();
    await expect(taking).rejects.toThrow('enough');
    expect(seen).toEqual([0]);
  });
});
