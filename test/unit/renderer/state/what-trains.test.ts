import { expect, it } from 'vitest';
import { whatTrains } from '../../../../src/renderer/state/what-trains.ts';
import type { LayerState } from '../../../../src/shared/contract/run.ts';

/** Layers of blocks a, b and head: `+` trains, `-` is frozen, `0` has no parameters. */
function layers(states: string): LayerState[] {
  return states.split('').map((state, index) => ({
    name: `layer_${index}`,
    kind: 'dense',
    block: ['a', 'a', 'b', 'head'][index] ?? 'other',
    outputShape: [1],
    parameters: state === '0' ? 0 : 1,
    state: state === '+' ? 'trainable' : 'frozen',
    statistics: null,
  }));
}

it.each([
  ['----', { kind: 'nothing' }],
  ['++++', { kind: 'all' }],
  ['++0+', { kind: 'all' }],
  ['---+', { kind: 'only', block: 'head' }],
  ['--++', { kind: 'from', block: 'b', blocks: 2 }],
  ['--0+', { kind: 'only', block: 'head' }],
  ['-+++', { kind: 'some', trainable: 3, blocks: 3 }],
  ['++-+', { kind: 'some', trainable: 2, blocks: 3 }],
])('tells of the mask %s that %o', (mask, expected) => {
  expect(whatTrains(layers(mask))).toEqual(expected);
});
