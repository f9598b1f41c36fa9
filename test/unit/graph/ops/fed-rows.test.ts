import { expect, it } from 'vitest';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { bitsOf, fedRows } from '../../../../src/engine/graph/ops/fed-rows.ts';
import { integers, loadGraph, randomValues } from '../../../support/graph-session.ts';

const ROW = 3;
const COUNT = 5;
/** Not at the beginning of its buffer, as a part of a larger array is not. */
const values = randomValues(ROW * COUNT + 4, 8).subarray(4);
values.set([NaN, Infinity, -0], 2 * ROW);

it('rows of fed floats are those floats, whatever they are', () => {
  const graph = new Graph();
  const bits = graph.placeholder('bits', 'int32', [-1, ROW]);
  const rows = graph.placeholder('rows', 'int32', [-1]);
  const output = fedRows(graph, 'taken', bits, rows);
  using session = loadGraph(graph, { run: { inputs: { bits, rows }, outputs: { output } } });
  using held = session.hold(bitsOf({ data: values, shape: [COUNT, ROW] }));
  for (const wanted of [[2], [4, 0, 4]]) {
    const { data, shape } = session.run('run', { bits: held, rows: integers([wanted.length], wanted) })['output'] ?? {};
    expect(shape).toEqual([wanted.length, ROW]);
    expect([...(data ?? [])]).toEqual(wanted.flatMap((row) => [...values.subarray(row * ROW, (row + 1) * ROW)]));
  }
});

it('the bytes that are fed are those that were given', () => {
  const { data, shape } = bitsOf({ data: values, shape: [COUNT, ROW] });
  expect(data.buffer).toBe(values.buffer);
  expect(data.byteOffset).toBe(values.byteOffset);
  expect(data.length).toBe(values.length);
  expect(shape).toEqual([COUNT, ROW]);
});

it('what takes the rows stays with what was fed, on the processor, and only the rows leave it', () => {
  const graph = new Graph();
  const bits = graph.placeholder('bits', 'int32', [-1, ROW]);
  const taken = fedRows(graph, 'taken', bits, graph.placeholder('rows', 'int32', [-1]));
  const readers = graph.operations.filter(({ inputs }) => inputs.includes(bits));
  expect(readers.map(({ op, device }) => [op, device])).toEqual([['GatherV2', 'cpu']]);
  expect(graph.producer(taken).device).toBe('cpu');
});
