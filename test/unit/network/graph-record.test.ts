import { describe, expect, it } from 'vitest';
import { graphText, type GraphRecord } from '../../../src/engine/network/foreign/graph-record.ts';
import { expectError } from '../../support/expect-error.ts';

const record: GraphRecord = {
  version: 1,
  title: 'small',
  graph: {
    nodes: [{ name: 'out', op: 'Relu', inputs: ['image'], attributes: {} }],
    input: 'image',
    output: 'out',
    tensors: [],
  },
  height: 32,
  width: 32,
  pixels: 'signed',
  shape: [32, 32, 3],
};
const [relu] = record.graph.nodes;

describe('a graph as it is kept', () => {
  it('is one text, whatever the order in which its fields came', () => {
    expect(graphText(Object.fromEntries(Object.entries(record).reverse()) as GraphRecord)).toBe(graphText(record));
    expect(graphText({ ...record, height: 2048 })).toContain('"height":2048');
  });

  it.each<readonly [string, GraphRecord, string]>([
    ['images that are too large', { ...record, height: 2049 }, 'height is beyond them'],
    [
      'too many nodes',
      {
        ...record,
        graph: {
          ...record.graph,
          nodes: Array.from({ length: 20_001 }, () => ({ name: 'a', op: 'Relu', inputs: [], attributes: {} })),
        },
      },
      'graph.nodes is beyond them',
    ],
    [
      'a name that is too long',
      { ...record, graph: { ...record.graph, nodes: relu ? [{ ...relu, name: 'n'.repeat(1025) }] : [] } },
      'graph.nodes.0.name is beyond them',
    ],
  ])('is refused for %s, which is named', async (_, beyond, told) => {
    await expectError(() => graphText(beyond), 'network.invalid', told);
  });
});
