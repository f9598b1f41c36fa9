import { describe, expect, it } from 'vitest';
import {
  blocksOf,
  boundaryRow,
  reuseRows,
  rowsOf,
  search,
  type Row,
} from '../../../../src/renderer/state/tree-model.ts';
import type { LayerState } from '../../../../src/shared/contract/run.ts';

function layer(name: string, block: string, parameters: number, state: LayerState['state'] = 'frozen'): LayerState {
  return { name, kind: 'conv2d', block, outputShape: [8, 8, 4], parameters, state, statistics: null };
}

const LAYERS = [
  layer('input', 'input', 0),
  layer('conv1', 'stem', 10),
  layer('relu1', 'stem', 0),
  layer('conv2', 'block_1', 20),
  layer('conv3', 'block_1', 30, 'trainable'),
  layer('pooling', 'pooling', 0),
  layer('logits', 'head', 5, 'trainable'),
];
const none: ReadonlySet<string> = new Set();
const rows = (expanded: readonly string[] = [], found: ReadonlySet<string> | null = null): readonly Row[] =>
  rowsOf(blocksOf(LAYERS), { expanded: new Set(expanded), found });
const names = (shown: readonly Row[]): readonly string[] => shown.map((row) => row.name);

describe('the rows of the tree', () => {
  it('are the blocks, and a block of one layer is that layer', () => {
    expect(names(rows())).toEqual(['input', 'stem', 'block_1', 'pooling', 'logits']);
    expect(rows().map((row) => row.expanded)).toEqual([null, false, false, null, null]);
  });

  it('hold the layers of an unfolded block, placed among their siblings', () => {
    const unfolded = rows(['block_1']);
    expect(names(unfolded)).toEqual(['input', 'stem', 'block_1', 'conv2', 'conv3', 'pooling', 'logits']);
    expect(unfolded[4]).toMatchObject({ level: 2, position: 2, size: 2, parent: unfolded[2]?.key });
    expect(unfolded[5]).toMatchObject({ level: 1, position: 4, size: 5 });
  });

  it('tell a block frozen, trainable, partly so, or without parameters, by its layers with parameters', () => {
    expect(rows().map((row) => row.state)).toEqual(['none', 'frozen', 'mixed', 'none', 'trainable']);
  });

  it('sum up parameters and end with the last output', () => {
    expect(rows()[2]).toMatchObject({ parameters: 50, outputShape: [8, 8, 4] });
  });

  it('unfold what a search finds and leave out the rest', () => {
    expect(names(rows([], new Set(['conv3'])))).toEqual(['block_1', 'conv3']);
    expect(rows([], none)).toEqual([]);
  });

  it('are the same objects where nothing changed', () => {
    const before = rows(['block_1']);
    const changed = LAYERS.map((one) => (one.name === 'conv2' ? { ...one, state: 'trainable' as const } : one));
    const after = rowsOf(blocksOf(changed), { expanded: new Set(['block_1']), found: null });
    const reused = reuseRows(before, after);
    expect(reused).toEqual(after);
    expect(names(reused.filter((row, index) => row !== before[index]))).toEqual(['block_1', 'conv2']);
  });
});

describe('the cache boundary', () => {
  it.each([
    [
      'below the last cached layer, where that is in sight',
      ['block_1'],
      ['conv2'],
      { key: 'layer:conv2', within: false },
    ],
    ['below a folded block that ends with it', [], ['conv2', 'conv3'], { key: 'block:block_1', within: false }],
    ['within a folded block', [], ['conv2'], { key: 'block:block_1', within: true }],
    ['nowhere where nothing is cached', [], [], null],
    ['nowhere where the network has no such layer', [], ['gone'], null],
  ])('stands %s', (_, expanded, cached, expected) => {
    expect(boundaryRow(rows(expanded), LAYERS, cached)).toEqual(expected);
  });

  it('stands nowhere while a search hides its place', () => {
    expect(boundaryRow(rows([], new Set(['conv1'])), LAYERS, ['conv2'])).toBeNull();
    expect(boundaryRow(rows([], new Set(['conv3'])), LAYERS, ['conv2'])).toBeNull();
  });
});

describe('a search', () => {
  it.each([
    ['CONV', ['conv1', 'conv2', 'conv3']],
    ['stem', ['conv1', 'relu1']],
    ['conv[23]', ['conv2', 'conv3']],
    ['/^relu/', ['relu1']],
    ['_1$', ['conv2', 'conv3']],
    ['last:2', ['pooling', 'logits']],
    ['nothing', []],
  ])('for %j finds %j', (typed, expected) => {
    expect([...(search(LAYERS, typed) ?? ['no search'])]).toEqual(expected);
  });

  it.each([
    '',
    '  ',
    'conv[',
    '/',
    '/conv',
    'from:conv2',
    'last:',
    'last:x',
    '(a+)+$',
    '(a|a)*b',
    '((a+))+$',
    'a*a*a*a*a*b',
  ])('is not made of %j, which says nothing yet or might never end', (typed) => {
    expect(search(LAYERS, typed)).toBeNull();
  });
});
