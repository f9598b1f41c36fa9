import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignLayers } from '../../../../src/engine/experiment/compare/align-layers.ts';
import type { LayerState } from '../../../../src/shared/contract/run.ts';

/** `a` frozen, `A` trainable. */
function network(letters: string): LayerState[] {
  return Array.from(letters, (letter) => ({
    name: letter.toLowerCase(),
    kind: 'conv2d',
    block: 'block',
    outputShape: [1],
    parameters: 10,
    state: letter === letter.toLowerCase() ? 'frozen' : 'trainable',
    statistics: null,
  }));
}

/** One line for each layer: its name, what it is in each run (`f`, `t`, `-`), and a `!` where that differs. */
function drawn(...runs: readonly string[]): string[] {
  return alignLayers(runs.map(network)).map(({ name, states, differs }) => {
    const marks = states.map((own) => (own === null ? '-' : own.state.charAt(0)));
    return `${name} ${marks.join('')}${differs ? ' !' : ''}`;
  });
}

describe('layers side by side', () => {
  it.each<[string, string[], string[]]>([
    ['the same network', ['abC', 'abC'], ['a ff', 'b ff', 'c tt']],
    ['another boundary', ['abC', 'aBC'], ['a ff', 'b ft !', 'c tt']],
    ['a layer that one lacks', ['abc', 'ac'], ['a ff', 'b f- !', 'c ff']],
    ['layers that only the second has, after what they follow', ['ad', 'abcd'], ['a ff', 'b -f !', 'c -f !', 'd ff']],
    ['networks with nothing in common', ['ab', 'xy'], ['x -f !', 'y -f !', 'a f- !', 'b f- !']],
    ['another order: as few as can be stand apart', ['abcd', 'bcda'], ['a f- !', 'b ff', 'c ff', 'd ff', 'a -f !']],
    ['a run of which no layers are known', ['ab', ''], ['a f- !', 'b f- !']],
    ['three runs', ['aB', 'ab', 'aXB'], ['a fff', 'x --t !', 'b tft !']],
  ])('%s', (_, runs, expected) => {
    expect(drawn(...runs)).toEqual(expected);
  });

  it('have every layer of every run once, in its order', () => {
    const layers = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 7 });
    fc.assert(
      fc.property(fc.array(layers, { minLength: 1, maxLength: 4 }), (runs) => {
        const rows = alignLayers(runs.map((own) => network(own.join(''))));
        runs.forEach((own, run) => {
          expect(rows.filter(({ states }) => states[run] !== null).map(({ name }) => name)).toEqual(own);
        });
        for (const { states } of rows) expect(states).toHaveLength(runs.length);
      }),
    );
  });

  it('do not differ in what has nothing to train', () => {
    const [frozen, trainable] = [network('a'), network('A')].map((own) =>
      own.map((layer) => ({ ...layer, parameters: 0 })),
    );
    expect(alignLayers([frozen ?? [], trainable ?? []])[0]?.differs).toBe(false);
  });

  it('differ where the statistics of a BatchNorm move in one run alone', () => {
    const moving = network('a').map((layer) => ({ ...layer, statistics: 'moving' as const }));
    const kept = network('a').map((layer) => ({ ...layer, statistics: 'kept' as const }));
    expect(alignLayers([moving, kept])[0]?.differs).toBe(true);
  });
});
