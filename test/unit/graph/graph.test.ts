import { describe, expect, it } from 'vitest';
import { int } from '../../../src/engine/graph/attribute.ts';
import { Graph } from '../../../src/engine/graph/graph.ts';
import { relu } from '../../../src/engine/graph/ops/relu.ts';
import { encodeSavedModel } from '../../../src/engine/graph/saved-model.ts';
import { evaluate, floats, loadGraph, stateSignatures } from '../../support/graph-session.ts';

describe('a graph', () => {
  it('makes names unique, also against names that look like its own', () => {
    const graph = new Graph();
    const names = ['conv', 'conv_1', 'conv', 'conv', 'Conv'].map((name) => graph.placeholder(name, 'float32', []).name);
    expect(new Set(names).size).toBe(5);
    expect(names.slice(0, 2)).toEqual(['conv:0', 'conv_1:0']);
  });

  it.each([
    ['conv 1,b', 'conv_1_b:0'],
    ['_hidden', '._hidden:0'],
    ['größe', 'gr__e:0'],
  ])('takes any name a publisher may have given: %s', (name, expected) => {
    const graph = new Graph();
    const input = graph.placeholder(name, 'float32', [1]);
    expect(input.name).toBe(expected);
    expect(evaluate(graph, relu(graph, `${name}/relu`, input), { in: [input, floats([1], [2])] }).data[0]).toBe(2);
  });

  it('keeps a variable of any name apart from all others', () => {
    const graph = new Graph();
    const variables = [graph.variable('a,b', [1]), graph.variable('a b', [1])];
    using session = loadGraph(graph, stateSignatures(graph, variables));
    session.run('assign', { 'a,b': floats([1], [1]), 'a b': floats([1], [2]) });
    const read = session.run('read', {});
    expect([read['a,b']?.data[0], read['a b']?.data[0]]).toEqual([1, 2]);
  });

  it.each([
    ['one value for all', 3, [3, 3, 3, 3]],
    ['a value for each', [1, 2, 3, 4], [1, 2, 3, 4]],
    ['a value for each, typed', Float32Array.of(4, 3, 2, 1), [4, 3, 2, 1]],
  ] as const)('holds constants with %s', (_, values, expected) => {
    const graph = new Graph();
    expect([...evaluate(graph, graph.constant('c', 'float32', [2, 2], values)).data]).toEqual(expected);
    expect([...evaluate(graph, graph.constant('i', 'int32', [2, 2], values)).data]).toEqual(expected);
  });

  it('refuses constants that do not fit', () => {
    const graph = new Graph();
    expect(() => graph.constant('c', 'float32', [2, 2], [1, 2])).toThrow(
      "Constant 'c' of shape [2, 2] needs 4 values, or one to fill it; received 2.",
    );
    expect(() => graph.constant('c', 'bfloat16', [], 1)).toThrow("Constant 'c' is bfloat16");
  });

  it('refuses tensors of another graph, as inputs, controls and outputs', () => {
    const [graph, other] = [new Graph(), new Graph()];
    const own = graph.placeholder('own', 'float32', []);
    const foreign = other.placeholder('foreign', 'float32', []);
    const rule = "Every input of an op must be a tensor of its own graph; 'foreign:0' is not.";
    expect(() => relu(graph, 'relu', foreign)).toThrow(rule);
    expect(() => graph.identity('identity', own, [foreign])).toThrow(rule);
    expect(() => encodeSavedModel(graph, { run: { inputs: { own }, outputs: { foreign } } })).toThrow(rule);
  });

  it('refuses a signature with nothing to fetch', () => {
    const graph = new Graph();
    const own = graph.placeholder('own', 'float32', []);
    expect(() => encodeSavedModel(graph, { run: { inputs: { own }, outputs: {} } })).toThrow(
      "Signature 'run' needs an output to fetch; it has none.",
    );
  });

  it('refuses to assign a value of another shape or type', () => {
    const graph = new Graph();
    const variable = graph.variable('kernel', [2, 3]);
    expect(() => graph.assign(variable, graph.constant('c', 'float32', [3, 2], 0))).toThrow(
      "Variable 'kernel' is float32 [2, 3]; it cannot take 'c:0', float32 [3, 2].",
    );
  });

  it('takes what it assigns as a copy: the array may change afterwards', () => {
    const graph = new Graph();
    const variable = graph.variable('kernel', [4096]);
    using session = loadGraph(graph, stateSignatures(graph, [variable]));
    const data = new Float32Array(4096).fill(1);
    using held = session.hold({ data, shape: [4096] });
    session.run('assign', { kernel: held });
    data.fill(2);
    expect(new Set(session.run('read', {})['kernel']?.data)).toEqual(new Set([1]));
  });

  it('runs controls before what depends on them', () => {
    const graph = new Graph();
    const variable = graph.variable('counter', []);
    const set = graph.assign(variable, graph.constant('seven', 'float32', [], 7));
    const after = graph.read(variable, 'after', [set]);
    expect(evaluate(graph, after).data[0]).toBe(7);
  });

  it('encodes a program of 4,000 nodes that TensorFlow takes', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1]);
    let output = input;
    for (let layer = 0; layer < 4000; layer += 1) output = relu(graph, `block_${layer}/relu`, output);
    expect(evaluate(graph, output, { input: [input, floats([2], [-1, 3])] }).data).toEqual(Float32Array.of(0, 3));
  });

  it('is refused by TensorFlow with the op named, when an attribute is wrong', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1]);
    const wrong = graph.single({
      op: 'Relu',
      name: 'conv1/relu',
      inputs: [input],
      attributes: { wrong: int(1) },
      outputs: [input],
    });
    expect(() => loadGraph(graph, { run: { inputs: { input }, outputs: { wrong } } })).toThrow(/conv1\/relu/);
  });
});
