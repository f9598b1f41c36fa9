import { describe, expect, it } from 'vitest';
import type { LayerGradient } from '../../../../src/engine/training/finder/finder-protocol.ts';
import { rankBlocks, type Trained } from '../../../../src/engine/training/finder/rank-blocks.ts';

function layer(name: string, gradient: number, trained = false, weights = 10): LayerGradient {
  const [block = ''] = name.split('/');
  return { layer: name, block, trained, parameters: 5, gradientSquares: gradient ** 2, weightSquares: weights ** 2 };
}

const LAYERS = [
  layer('stem', 0.5),
  layer('block_1/a', 3),
  layer('block_1/b', 4),
  layer('block_2', 1),
  layer('head', 5, true),
];
const NOTHING: Trained = { drift: new Map(), history: [], rules: [] };

function losses(...values: number[]): Trained['history'] {
  return values.map((val_loss, index) => ({ epoch: index + 1, val_loss }));
}

describe('the ranking of blocks', () => {
  it('adds up the layers of a block and holds its gradient against its weights', () => {
    const { blocks } = rankBlocks({ layers: LAYERS }, NOTHING);
    expect(blocks.map(({ block, trained }) => [block, trained])).toEqual([
      ['stem', 'none'],
      ['block_1', 'none'],
      ['block_2', 'none'],
      ['head', 'all'],
    ]);
    expect(blocks[1]?.gradientNorm).toBeCloseTo(5, 12);
    expect(blocks[1]?.weightNorm).toBeCloseTo(Math.sqrt(200), 12);
    expect(blocks[1]?.relative).toBeCloseTo(5 / Math.sqrt(200), 12);
    expect(blocks[1]?.parameters).toBe(10);
  });

  it('has of frozen blocks the one first that would move most', () => {
    expect(rankBlocks({ layers: LAYERS }, NOTHING).ranking).toEqual(['block_1', 'block_2', 'stem']);
  });

  it('cannot tell how much a block would move whose weights are all zero', () => {
    const { blocks, ranking } = rankBlocks({ layers: [layer('zeros', 2, false, 0), ...LAYERS] }, NOTHING);
    expect(blocks[0]?.relative).toBeNull();
    expect(ranking.at(-1)).toBe('zeros');
  });

  it('weighs the drift of layers by their weights, and leaves it open where nobody measured', () => {
    const layers = [layer('block/a', 1, true, 3), layer('block/b', 1, true, 4), layer('other', 1, true)];
    const drift = new Map([
      ['block/a', 0.5],
      ['block/b', 0.25],
    ]);
    const { blocks } = rankBlocks({ layers }, { ...NOTHING, drift });
    expect(blocks.map((block) => block.drift)).toEqual([Math.sqrt((1.5 ** 2 + 1) / 25), null]);
  });
});

describe('the suggestion of what to thaw', () => {
  it('is the block at the boundary, as a rule upon those of the run, with the figures', () => {
    const rules = [{ action: 'freeze', pattern: 'stem' }] as const;
    const { suggestion } = rankBlocks({ layers: LAYERS }, { ...NOTHING, rules, drift: new Map([['head', 0.31]]) });
    expect(suggestion).toMatchObject({
      kind: 'thaw',
      block: 'block_2',
      rules: [...rules, { action: 'thaw', pattern: 'block_2' }],
    });
    for (const said of ["'block_2'", '0.1 ', '0.5', "'block_1' further down", '0.35', "'head'", '0.31']) {
      expect(suggestion.words).toContain(said);
    }
  });

  it.each([
    ['the loss fell in the last epoch', LAYERS, losses(2, 1, 0.9), 'fell by 10 %'],
    ['what trains has far more to learn', [layer('block', 0.01), layer('head', 5, true)], [], 'more to learn above'],
  ])('is to train on where %s', (_, layers, history, why) => {
    const { suggestion } = rankBlocks({ layers }, { ...NOTHING, history });
    expect(suggestion.kind).toBe('trainOn');
    expect(suggestion.words).toContain(why);
  });

  it.each([
    ['was the least before', losses(0.8, 1, 0.9)],
    ['hardly fell', losses(1, 0.99)],
    ['is of the only epoch', losses(1)],
  ])('is to thaw where the loss of the last epoch %s', (_, history) => {
    expect(rankBlocks({ layers: LAYERS }, { ...NOTHING, history }).suggestion.kind).toBe('thaw');
  });

  it.each([
    ['all blocks train', [layer('a', 1, true), layer('b', 1, true)], 'All blocks train'],
    ['single layers are frozen', [layer('a/x', 1, true), layer('a/y', 1)], 'single layers'],
  ])('is none where %s', (_, layers, why) => {
    const { suggestion, ranking } = rankBlocks({ layers }, NOTHING);
    expect(suggestion.kind).toBe('allThawed');
    expect(suggestion.words).toContain(why);
    expect(ranking).toEqual([]);
  });
});
