import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Comparison } from '../../../../src/renderer/state/comparison.svelte.ts';
import type { Host } from '../../../../src/renderer/transport/host.ts';
import { MOST_PREDICTIONS } from '../../../../src/shared/contract/compare.ts';
import type { EndpointName, Request } from '../../../../src/shared/contract/endpoint.ts';
import type { RunEvent } from '../../../../src/shared/contract/event.ts';

const CELL = { runId: 'a', label: 'ants', predicted: 'bees' };

let changed: number;
let asked: Request<'runs.predictions'>[];
let tell: (event: RunEvent) => void;
let answerSeries: () => Promise<void>;
let comparison: Comparison;
beforeEach(() => {
  vi.useFakeTimers();
  changed = 700;
  asked = [];
  tell = () => undefined;
  answerSeries = () => Promise.resolve();
  const invoke = async (name: EndpointName, request: unknown): Promise<unknown> => {
    await Promise.resolve();
    if (name === 'runs.compare') return { runs: [], parameters: [], metrics: [], layers: [] };
    if (name === 'runs.series') {
      const { by } = request as Request<'runs.series'>;
      await answerSeries();
      return [{ key: `loss by ${by}` }];
    }
    const own = request as Request<'runs.predictions'>;
    asked.push(own);
    const total = own.cell ? 3 : changed;
    const rows = Array.from({ length: Math.max(0, Math.min(own.limit, total - own.offset)) }, (_, place) => {
      const path = `${own.cell ? 'cell' : 'image'} ${own.offset + place}`;
      return { path, imageId: own.pictures ? `picture of ${path}` : null, label: 'ants', predictions: [] };
    });
    return { images: 1000, shared: 1000, changed, total, evaluated: ['a', 'b'], rows };
  };
  const subscribe = (_: string, listener: (event: RunEvent) => void): (() => void) => {
    tell = listener;
    return () => undefined;
  };
  const host = { transport: { invoke, subscribe }, onConnection: () => () => undefined } as unknown as Host;
  comparison = new Comparison(host, ['a', 'b']);
});
afterEach(() => {
  vi.useRealTimers();
});

const paths = (): string[] => (comparison.predictions?.rows ?? []).map(({ path }) => path);
const images = (count: number): string[] => Array.from({ length: count }, (_, place) => `image ${place}`);
const settled = (): Promise<unknown> => vi.runAllTimersAsync();
const event = (kind: 'epoch' | 'status') => ({ runId: 'a', body: { kind } }) as unknown as RunEvent;

describe('runs side by side in the window', () => {
  it('show more of their images until all are shown, with their pictures', async () => {
    comparison.begin();
    await settled();
    expect(paths()).toEqual(images(40));
    for (let pressed = 0; pressed < 17; pressed++) await comparison.more();
    expect(paths()).toEqual(images(700));
    expect(comparison.predictions?.rows.every(({ imageId }) => imageId !== null)).toBe(true);
    expect(asked.every(({ limit }) => limit <= 40)).toBe(true);
  });

  it('read again what is in sight, however much that is, and no more than there is by then', async () => {
    comparison.begin();
    await settled();
    for (let pressed = 0; pressed < 17; pressed++) await comparison.more();
    asked = [];
    changed = 600;
    await comparison.load();
    await settled();
    expect(paths()).toEqual(images(600));
    expect(asked.map(({ offset, limit, pictures }) => [offset, limit, pictures])).toEqual([
      [0, MOST_PREDICTIONS, true],
      [MOST_PREDICTIONS, 200, true],
    ]);
  });

  it('show the images of a cell from their first, whatever was asked for before', async () => {
    comparison.begin();
    await settled();
    const more = comparison.more();
    comparison.choose(CELL);
    await comparison.more();
    await more;
    await settled();
    expect(paths()).toEqual(['cell 0', 'cell 1', 'cell 2']);
    comparison.choose(null);
    await settled();
    expect(paths()).toEqual(images(40));
  });

  it('read their images again once a run ends, not with each of its epochs', async () => {
    comparison.begin();
    await settled();
    asked = [];
    tell(event('epoch'));
    await settled();
    expect(asked).toEqual([]);
    tell(event('status'));
    await settled();
    expect(asked).toHaveLength(1);
  });

  it('have curves by what they are drawn by, until the others have come', async () => {
    comparison.begin();
    await settled();
    let answer: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => (answer = resolve));
    answerSeries = () => waits;
    comparison.look('step');
    await settled();
    expect(comparison.axis).toBe('step');
    expect(comparison.curves).toMatchObject({ axis: 'epoch', series: [[{ key: 'loss by epoch' }], [{}]] });
    answer();
    await settled();
    expect(comparison.curves).toMatchObject({ axis: 'step', series: [[{ key: 'loss by step' }], [{}]] });
    answerSeries = () => Promise.reject(new Error('the log is gone'));
    comparison.look('epoch');
    await settled();
    expect([comparison.axis, comparison.curves.axis]).toEqual(['step', 'step']);
  });
});
