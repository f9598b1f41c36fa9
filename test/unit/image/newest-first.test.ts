import { describe, expect, it } from 'vitest';
import { NewestFirst } from '../../../src/engine/image/newest-first.ts';

/** Work that ends when it is told to, and writes down when it was begun. */
function desk(queue: NewestFirst) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (key: string): Promise<string> =>
    queue.run(key, () => {
      begun.push(key);
      return new Promise((resolve) => ends.set(key, () => resolve(key)));
    });
  const end = async (key: string): Promise<void> => {
    ends.get(key)?.();
    await new Promise(setImmediate);
  };
  return { begun, ask, end };
}

describe('a queue that does the newest first', () => {
  it('does so much at once, then what was asked for last', async () => {
    const { begun, ask, end } = desk(new NewestFirst(2));
    const answers = ['a', 'b', 'c', 'd', 'e'].map(ask);
    expect(begun).toEqual(['a', 'b']);
    for (const key of ['a', 'b', 'e', 'd', 'c']) await end(key);
    expect(begun).toEqual(['a', 'b', 'e', 'd', 'c']);
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('does the same but once, and sooner when it is asked for again', async () => {
    const { begun, ask, end } = desk(new NewestFirst(1));
    const answers = ['a', 'b', 'c', 'b', 'a'].map(ask);
    for (const key of ['a', 'b', 'c']) await end(key);
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'b', 'a']);
  });

  it('goes on after a failure, and tries anew when asked again', async () => {
    const queue = new NewestFirst(1);
    const fail = (): Promise<string> => Promise.reject(new Error('no'));
    await expect(queue.run('a', fail)).rejects.toThrow('no');
    expect(await queue.run('a', () => Promise.resolve('yes'))).toBe('yes');
  });
});
