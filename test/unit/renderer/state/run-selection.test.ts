import { beforeEach, describe, expect, it } from 'vitest';
import { RunSelection } from '../../../../src/renderer/state/run-selection.svelte.ts';
import { listedRun } from '../../../support/listed-runs.ts';

const HEAD = 3;
const runAt = (line: number) => (line === HEAD || line >= 10 ? undefined : listedRun(line));

let failures: unknown[];
let failure: Error | null;
let selection: RunSelection;
beforeEach(() => {
  failures = [];
  failure = null;
  const read = async (first: number, end: number) => {
    await Promise.resolve();
    if (failure !== null) throw failure;
    return Array.from({ length: end - first }, (_, place) => runAt(first + place)).filter((run) => run !== undefined);
  };
  selection = new RunSelection(
    () => ({ runAt, read }),
    (error) => failures.push(error),
  );
});

const selected = (): string[] => [...selection.runs.keys()];

describe('the selection of runs', () => {
  it('is one run, or others too and no longer', async () => {
    await selection.pick(1, { extend: false, toggle: false });
    await selection.pick(4, { extend: false, toggle: false });
    expect(selected()).toEqual(['run-4']);
    await selection.pick(1, { extend: false, toggle: true });
    await selection.pick(4, { extend: false, toggle: true });
    expect(selected()).toEqual(['run-1']);
    await selection.pick(HEAD, { extend: false, toggle: true });
    expect(selected()).toEqual(['run-1']);
  });

  it('reaches from where it began to where it is extended to, whichever way', async () => {
    selection.anchorAt(5);
    await selection.pick(2, { extend: true, toggle: false });
    expect(selected()).toEqual(['run-2', 'run-4', 'run-5']);
    await selection.pick(6, { extend: true, toggle: false });
    expect(selected()).toEqual(['run-5', 'run-6']);
    await selection.pick(0, { extend: false, toggle: true });
    await selection.pick(1, { extend: true, toggle: true });
    expect(selected()).toEqual(['run-5', 'run-6', 'run-0', 'run-1']);
  });

  it('is all of them, or what was pressed since', async () => {
    await selection.all(10);
    expect(selection.size).toBe(9);
    const all = selection.all(10);
    await selection.pick(2, { extend: false, toggle: false });
    await all;
    expect(selected()).toEqual(['run-2']);
  });

  it('knows what became of its runs, and lets go of those that are elsewhere', async () => {
    await selection.all(3);
    selection.refresh([listedRun(1, { name: 'renamed' }), listedRun(8)], new Set(['run-2']));
    expect([...selection.runs.values()].map(({ name }) => name)).toEqual(['run 0', 'renamed']);
  });

  it('stays as it was where runs cannot be read', async () => {
    await selection.pick(1, { extend: false, toggle: false });
    failure = new Error('the engine is away');
    await selection.all(10);
    expect(selected()).toEqual(['run-1']);
    expect(failures).toEqual([failure]);
  });
});
