import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Transport } from '../../../../src/shared/contract/endpoint.ts';
import type { TaskEvent } from '../../../../src/shared/contract/event.ts';
import type { CatalogueEntry } from '../../../../src/shared/contract/published-weights.ts';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';
import { PublishedWeightsController } from '../../../../src/renderer/state/published-weights.svelte.ts';

const SILENCE = 20_000;

function entry(name: string, network: string, path: string | null = null): CatalogueEntry {
  return {
    name,
    network,
    framework: 'keras',
    address: `https://weights.example/${name}`,
    mebibytes: null,
    hash: null,
    licence: null,
    classes: null,
    preprocessing: { rule: 'none', resize: null, crop: null, interpolation: null },
    source: 'a test',
    path,
  };
}

interface Engine {
  readonly published: PublishedWeightsController;
  /** By name, in order. */
  readonly asked: readonly string[];
  readonly tell: (name: string, done: number, total: number) => void;
  readonly finish: (path: string) => Promise<void>;
  readonly fail: (error: unknown) => Promise<void>;
  readonly end: () => void;
}

/** A controller whose engine downloads as a test says. */
function controlled(entries: readonly CatalogueEntry[]): Engine {
  const asked: string[] = [];
  let download = Promise.withResolvers<{ readonly path: string }>();
  let listener: (event: TaskEvent) => void = () => undefined;
  const transport = {
    invoke: async (name: string): Promise<unknown> => {
      asked.push(name);
      if (name === 'weights.list') return Promise.resolve(entries);
      if (name === 'weights.get') {
        download = Promise.withResolvers();
        return download.promise;
      }
      return Promise.resolve({});
    },
    subscribe: (_name: string, told: (event: TaskEvent) => void) => {
      listener = told;
      return () => {
        listener = () => undefined;
      };
    },
  } as unknown as Transport;
  const published = new PublishedWeightsController(transport);
  const end = published.begin();
  const settled = async (): Promise<void> => {
    await download.promise.catch(() => undefined);
    await Promise.resolve();
  };
  let sequence = 0;
  return {
    published,
    asked,
    end,
    tell: (name, done, total) => {
      sequence += 1;
      const figures = { done, total, ratePerSecond: 10, secondsLeft: 5, unit: 'byte', phase: 'download', detail: '' };
      listener({ taskId: `weights.get:${name}`, sequence, ...figures } as TaskEvent);
    },
    finish: (path) => {
      download.resolve({ path });
      return settled();
    },
    fail: (error) => {
      download.reject(error);
      return settled();
    },
  };
}

describe('published weights', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are those of the network at hand', async () => {
    const { published } = controlled([entry('a', 'small'), entry('b', 'large'), entry('c', 'small')]);
    expect(published.of('small')).toEqual([]);
    await published.load();
    expect(published.of('small').map(({ name }) => name)).toEqual(['a', 'c']);
    expect(published.of(null)).toEqual([]);
  });

  it('are followed while they come, and are here once they have', async () => {
    const { published, tell, finish } = controlled([entry('a', 'small')]);
    await published.load();
    const got = published.get('a');
    expect(published.downloads.get('a')).toMatchObject({ kind: 'underWay', done: 0, total: 0 });
    tell('a', 30, 100);
    expect(published.downloads.get('a')).toMatchObject({ done: 30, total: 100, bytesPerSecond: 10, secondsLeft: 5 });
    await finish('/weights/a');
    expect(await got).toBe(true);
    expect(published.downloads.has('a')).toBe(false);
    expect(published.of('small')[0]?.path).toBe('/weights/a');
  });

  it('are not asked for a second time while they come', async () => {
    const { published, asked, finish } = controlled([entry('a', 'small')]);
    const got = published.get('a');
    expect(await published.get('a')).toBe(false);
    expect(asked.filter((name) => name === 'weights.get')).toHaveLength(1);
    await finish('/weights/a');
    await got;
  });

  it.each([
    ['that failed keeps its reason and where it ended', new ThawError('weights.unreadable', 'other hash', ''), true],
    ['that was cancelled has no reason', new ThawError('task.cancelled', 'cancelled', ''), false],
  ])('a download %s, and can be asked for again', async (_, error, isTold) => {
    const { published, tell, fail, finish } = controlled([entry('a', 'small')]);
    await published.load();
    const got = published.get('a');
    tell('a', 30, 100);
    await fail(error);
    expect(await got).toBe(false);
    expect(published.downloads.get('a')).toEqual({
      kind: 'broken',
      done: 30,
      total: 100,
      error: isTold ? error : null,
    });
    const again = published.get('a');
    await finish('/weights/a');
    expect([await again, published.downloads.has('a')]).toEqual([true, false]);
  });

  it('a download of another window is shown here, and its end is found by its silence', async () => {
    const { published, asked, tell } = controlled([entry('a', 'small')]);
    tell('a', 10, 100);
    vi.advanceTimersByTime(SILENCE - 1);
    tell('a', 20, 100);
    vi.advanceTimersByTime(SILENCE - 1);
    expect(published.downloads.get('a')).toMatchObject({ kind: 'underWay', done: 20 });
    expect(asked).toEqual([]);
    vi.advanceTimersByTime(1);
    expect([published.downloads.has('a'), asked]).toEqual([false, ['weights.list']]);
    await Promise.resolve();
  });

  it('one of its own is not taken for ended however long it is silent', async () => {
    const { published, tell, finish } = controlled([entry('a', 'small')]);
    const got = published.get('a');
    tell('a', 10, 100);
    vi.advanceTimersByTime(10 * SILENCE);
    expect(published.downloads.get('a')).toMatchObject({ kind: 'underWay', done: 10 });
    await finish('/weights/a');
    await got;
  });

  it('one of another window that is cancelled here is broken at once', async () => {
    const { published, asked, tell } = controlled([entry('a', 'small')]);
    tell('a', 10, 100);
    await published.cancel('a');
    expect(asked).toEqual(['task.cancel']);
    expect(published.downloads.get('a')).toEqual({ kind: 'broken', done: 10, total: 100, error: null });
  });

  it('hears of nothing more once it was ended', () => {
    const { published, tell, end } = controlled([]);
    end();
    tell('a', 10, 100);
    expect(published.downloads.size).toBe(0);
  });
});
