import { expect, it } from 'vitest';
import type { ComparedLayer } from '../../../../../../src/shared/contract/compare.ts';
import { layerMask, maskBlocks } from '../../../../../../src/renderer/views/runs/compare/mask-blocks.ts';

/** `b1.conv:ft`: layer conv of block b1, frozen in the first run and trainable in the second; `n` has nothing to train. */
function layer(drawn: string): ComparedLayer {
  const [, block = '', name = '', marks = ''] = /^(\w+)\.(\w+):([ftn-]+)$/.exec(drawn) ?? [];
  const states = Array.from(marks, (mark) => {
    if (mark === '-') return null;
    const state = mark === 't' ? ('trainable' as const) : ('frozen' as const);
    return { state, statistics: null, parameters: mark === 'n' ? 0 : 10 };
  });
  return { name, kind: 'conv2d', block, states, differs: new Set(marks).size > 1 };
}

it.each<[string, string[], string[]]>([
  ['alike in all runs', ['a.x:ff', 'a.y:ff'], ['a frozen frozen 0']],
  ['partly frozen in one', ['a.x:ft', 'a.y:tt'], ['a mixed trainable 1']],
  ['without anything to train', ['a.x:nn'], ['a none none 0']],
  ['decided by what can be trained', ['a.x:tn', 'a.y:nn'], ['a trainable none 1']],
  ['that one network lacks', ['a.x:f-', 'b.y:-t'], ['a frozen absent 1', 'b absent trainable 1']],
  [
    'in several parts where others stand amid',
    ['a.x:ff', 'b.y:tt', 'a.z:tt'],
    ['a frozen frozen 0', 'b trainable trainable 0', 'a trainable trainable 0'],
  ],
])('a block %s', (_, layers, expected) => {
  const blocks = maskBlocks(layers.map(layer), 2);
  expect(blocks.map(({ name, states, differing }) => [name, ...states, differing].join(' '))).toEqual(expected);
  expect(new Set(blocks.map(({ id }) => id)).size).toBe(blocks.length);
});

it('a layer is frozen, trainable, of nothing to train, or not there', () => {
  const own = layer('a.x:ftn-');
  expect([0, 1, 2, 3].map((run) => layerMask(own, run))).toEqual(['frozen', 'trainable', 'none', 'absent']);
});
