import { beforeEach, describe, expect, it } from 'vitest';
import { ListedRuns } from '../../../../src/renderer/state/listed-runs.svelte.ts';
import { answered } from '../../../support/listed-images.ts';
import { ListingEngine } from '../../../support/listed-runs.ts';

const group = (value: string | null, runs: number) => ({
  value,
  condition: value === null ? 'missing(network)' : `network = ${value}`,
  runs,
  bestValAccuracy: 0.9,
  newestCreatedAt: 1,
});

let engine: ListingEngine;
let listed: ListedRuns;
beforeEach(() => {
  engine = new ListingEngine(10_000);
  listed = new ListedRuns(engine);
});

/** What stands in the lines, in words. */
function lines(first: number, end: number): string[] {
  const { layout } = listed;
  if (layout === null) return [];
  return Array.from({ length: end - first }, (_, place) => {
    const line = listed.lineAt(layout, first + place);
    if (line === null) return 'none';
    return line.kind === 'group' ? String(line.group.value) : (line.run?.name ?? 'waits');
  });
}

async function need(first: number, end: number): Promise<void> {
  if (listed.layout !== null) listed.need(listed.layout, first, end);
  await answered();
}

describe('the lines of the table of runs', () => {
  it('are known once the first page has come, and fetched as they are looked at', async () => {
    expect(listed.layout).toBeNull();
    await listed.show({ query: 'seed > 1', shelf: 'archived', sort: [{ key: 'name', descending: true }] }, null);
    expect(listed.layout?.total).toBe(10_000);
    expect(engine.asked).toEqual([
      { query: 'seed > 1', shelf: 'archived', sort: [{ key: 'name', descending: true }], offset: 0, limit: 100 },
    ]);
    expect(lines(98, 101)).toEqual(['run 98', 'run 99', 'waits']);
    await need(9990, 10_000);
    expect(lines(9999, 10_001)).toEqual(['run 9999', 'none']);
    expect(engine.asked).toHaveLength(2);
  });

  it('stay as they were until a change was read, and where it cannot be', async () => {
    await listed.show({}, null);
    engine.total = 3;
    const reading = listed.reload({}, null);
    expect(listed.layout?.total).toBe(10_000);
    await reading;
    expect(listed.layout?.total).toBe(3);
    engine.failure = new Error('the log is gone');
    await listed.show({ query: 'other' }, null);
    expect(listed.problem).toBe(engine.failure);
    expect(lines(0, 3)).toEqual(['run 0', 'run 1', 'run 2']);
    engine.failure = null;
    await listed.show({ query: 'other' }, null);
    expect(listed.problem).toBeNull();
  });

  it('are of the listing that was asked for last, whichever answer comes last', async () => {
    const first = listed.show({ columns: ['seed'] }, null);
    engine.total = 7;
    const second = listed.show({ columns: ['loss'] }, null);
    await Promise.all([first, second]);
    expect(listed.layout?.total).toBe(7);
    expect(listed.columns).toEqual(['loss']);
  });

  it('are of another listing, though they are read again before it has come', async () => {
    await listed.show({ shelf: 'active' }, null);
    const archived = { shelf: 'archived' } as const;
    await Promise.all([listed.show(archived, null), listed.reload(archived, null)]);
    await need(100, 101);
    expect(engine.asked.at(-1)).toMatchObject({ ...archived, offset: 100 });
  });

  it('begin each group with its head, and fold its runs away below it', async () => {
    engine.groups = [group('resnet50', 3), group(null, 200)];
    await listed.show({ query: 'seed > 1' }, 'network');
    expect(listed.layout?.total).toBe(205);
    expect(listed.runs).toBe(203);
    await need(0, 10);
    expect(lines(0, 7)).toEqual(['resnet50', 'run 0', 'run 1', 'run 2', 'null', 'run 3', 'run 4']);
    expect(engine.asked.map(({ query }) => query)).toEqual([
      '(seed > 1) and network = resnet50',
      '(seed > 1) and missing(network)',
    ]);
    const [first] = listed.groups;
    if (first) listed.toggle(first);
    expect(lines(0, 3)).toEqual(['resnet50', 'null', 'run 3']);
    await listed.reload({ query: 'seed > 1' }, 'network');
    expect(lines(0, 3)).toEqual(['resnet50', 'null', 'run 3']);
    listed.foldAll(true);
    expect(listed.layout?.total).toBe(2);
    listed.foldAll(false);
    expect(listed.layout?.total).toBe(205);
  });

  it('find a run and read others, whether they are held or not', async () => {
    engine.groups = [group('resnet50', 3), group('vgg16', 200)];
    await listed.show({}, 'network');
    await need(0, 10);
    const { layout } = listed;
    if (layout === null) throw new Error('nothing is listed');
    expect(listed.lineOf(layout, 'run-4')).toBe(6);
    expect(listed.lineOf(layout, 'run-900')).toBeNull();
    const read = await listed.read(layout, { first: 2, end: 205 }, () => true);
    expect(read).toHaveLength(202);
    expect(read.at(-1)?.runId).toBe('run-202');
  });
});
