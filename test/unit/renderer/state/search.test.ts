import { describe, expect, it } from 'vitest';
import type { NextBlock } from '../../../../src/shared/contract/finders.ts';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';
import { Search } from '../../../../src/renderer/state/search.svelte.ts';

const FOUND = { runId: 'a' } as unknown as NextBlock;
const CANCELLED = new ThawError('task.cancelled', 'It was ended.', 'Begin again.');
const BUSY = new ThawError('run.busy', 'A run trains.', 'Wait.');

/** A search whose engine answers when a test says so. */
function controlled() {
  const answers: PromiseWithResolvers<NextBlock>[] = [];
  const asked: [string, Record<string, unknown>][] = [];
  const listeners = new Set<(event: Record<string, unknown>) => void>();
  const transport = {
    invoke: (name: string, request: Record<string, unknown>): Promise<unknown> => {
      asked.push([name, request]);
      if (name === 'task.cancel') return Promise.resolve({});
      const answer = Promise.withResolvers<NextBlock>();
      answers.push(answer);
      return answer.promise;
    },
    subscribe: (_: string, listener: (event: Record<string, unknown>) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Transport;
  const search = new Search(transport, 'runs.nextBlock');
  const tell = (event: Record<string, unknown>): void => listeners.forEach((listener) => listener(event));
  const next = (): PromiseWithResolvers<NextBlock> => answers.shift() ?? expect.fail('Nothing was asked.');
  return { search, asked, listeners, tell, next };
}

describe('a search that a window follows', () => {
  it('tells how far its own task is, then what was found, and listens no more', async () => {
    const { search, asked, listeners, tell, next } = controlled();
    expect(search.untouched).toBe(true);
    const begun = search.begin({ runId: 'a' });
    const taskId = asked[0]?.[1]['taskId'];
    expect(asked).toEqual([['runs.nextBlock', { runId: 'a', taskId }]]);
    tell({ taskId: 'another', done: 9, total: 10 });
    expect(search.progress).toMatchObject({ total: 0 });
    tell({ taskId, done: 1, total: 2 });
    expect(search.progress).toMatchObject({ done: 1, total: 2 });
    next().resolve(FOUND);
    await begun;
    expect([search.found, search.progress, search.untouched, listeners.size]).toEqual([FOUND, null, false, 0]);
  });

  it('asks once while it is under way', async () => {
    const { search, asked, next } = controlled();
    const begun = search.begin({ runId: 'a' });
    await search.begin({ runId: 'a' });
    expect(asked).toHaveLength(1);
    next().resolve(FOUND);
    await begun;
  });

  it('is no problem where it was cancelled, and can be begun again', async () => {
    const { search, asked, next } = controlled();
    const begun = search.begin({ runId: 'a' });
    search.cancel();
    expect(asked[1]).toEqual(['task.cancel', { taskId: asked[0]?.[1]['taskId'] }]);
    next().reject(CANCELLED);
    await begun;
    expect([search.problem, search.cancelled, search.progress]).toEqual([null, true, null]);
    const again = search.begin({ runId: 'a' });
    next().resolve(FOUND);
    await again;
    expect([search.found, search.cancelled]).toEqual([FOUND, false]);
  });

  it('that was cancelled has not ended before its engine says so', async () => {
    const { search, next } = controlled();
    await search.ended;
    void search.begin({ runId: 'a' });
    let hasEnded = false;
    const ended = search.ended.then(() => (hasEnded = true));
    search.cancel();
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).toBe(false);
    next().reject(CANCELLED);
    await ended;
    expect([search.progress, search.problem]).toEqual([null, null]);
  });

  it('keeps what was found before where it is refused, with the reason', async () => {
    const { search, next } = controlled();
    const first = search.begin({ runId: 'a' });
    next().resolve(FOUND);
    await first;
    const second = search.begin({ runId: 'a' });
    next().reject(BUSY);
    await second;
    expect([search.found, search.problem]).toEqual([FOUND, BUSY]);
  });
});
