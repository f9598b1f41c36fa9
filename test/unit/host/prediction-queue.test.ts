import { describe, expect, it } from 'vitest';
import { PredictionQueue } from '../../../src/host/prediction-queue.ts';
import type { Prediction } from '../../../src/shared/contract/endpoint.ts';

const predictionOf = (path: string): Prediction => ({ path, imageId: null, classes: [], problem: null });
const nobody = new AbortController().signal;

/** A queue whose network answers when it is told to, and what it was given at a time. */
function heldQueue(): {
  readonly queue: PredictionQueue;
  readonly asked: string[][];
  readonly answer: () => void;
} {
  const asked: string[][] = [];
  let release: PromiseWithResolvers<void> = Promise.withResolvers();
  const queue = new PredictionQueue(async (files) => {
    asked.push([...files]);
    await release.promise;
    return files.map(predictionOf);
  });
  const answer = (): void => {
    const before = release;
    release = Promise.withResolvers();
    before.resolve();
  };
  return { queue, asked, answer };
}

describe('images that wait for the network', () => {
  it('go to it together, and none whose time has struck', async () => {
    const { queue, asked, answer } = heldQueue();
    const first = queue.ask('first', nobody);
    const late = new AbortController();
    const left = queue.ask('late', late.signal);
    const others = ['second', 'third'].map((file) => queue.ask(file, nobody));
    const struck = new Error('too late');
    late.abort(struck);
    await expect(left).rejects.toBe(struck);
    expect(asked).toEqual([['first']]);
    answer();
    expect((await first).path).toBe('first');
    await expect.poll(() => asked).toEqual([['first'], ['second', 'third']]);
    answer();
    expect((await Promise.all(others)).map(({ path }) => path)).toEqual(['second', 'third']);
  });

  it('are given up where the time strikes while they are predicted, and the next are predicted', async () => {
    const { queue, asked, answer } = heldQueue();
    const late = new AbortController();
    const left = queue.ask('late', late.signal);
    const next = queue.ask('next', nobody);
    late.abort(new Error('too late'));
    await expect(left).rejects.toThrow('too late');
    answer();
    await expect.poll(() => asked).toEqual([['late'], ['next']]);
    answer();
    expect((await next).path).toBe('next');
  });

  it('have no part in what is wrong with one of them', async () => {
    const release: PromiseWithResolvers<void> = Promise.withResolvers();
    const queue = new PredictionQueue(async (files) => {
      await release.promise;
      if (files.includes('deadly')) throw new Error('out of memory');
      return files.map(predictionOf);
    });
    const asked = ['first', 'second', 'deadly', 'third'].map((file) => queue.ask(file, nobody));
    release.resolve();
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('are told what the network met, and those after them are predicted', async () => {
    let isBroken = true;
    const queue = new PredictionQueue((files) =>
      isBroken ? Promise.reject(new Error('broken')) : Promise.resolve(files.map(predictionOf)),
    );
    await expect(queue.ask('first', nobody)).rejects.toThrow('broken');
    isBroken = false;
    expect((await queue.ask('second', nobody)).path).toBe('second');
  });
});
