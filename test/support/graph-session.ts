import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Graph, Tensor, Variable } from '../../src/engine/graph/graph.ts';
import { encodeSavedModel, type Signature } from '../../src/engine/graph/saved-model.ts';
import { Session, type Feed } from '../../src/engine/runtime/session.ts';

/** Loads a graph that a test has built. */
export function loadGraph(graph: Graph, signatures: Readonly<Record<string, Signature>>): Session {
  const directory = mkdtempSync(path.join(tmpdir(), 'thaw-graph-'));
  try {
    return Session.load(directory, encodeSavedModel(graph, signatures), signatures);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export const floats = (shape: readonly number[], values: Iterable<number>): Feed => ({
  data: Float32Array.from(values),
  shape,
});

export const integers = (shape: readonly number[], values: Iterable<number>): Feed => ({
  data: Int32Array.from(values),
  shape,
});

/** Numbers in [-1, 1) that depend on the seed alone (mulberry32). */
export function randomValues(count: number, seed: number): Float32Array {
  let state = seed | 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2147483648 - 1;
  });
}

export const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Computes one tensor of a graph, once. */
export function evaluate(graph: Graph, output: Tensor, inputs: Readonly<Record<string, readonly [Tensor, Feed]>> = {}) {
  const tensors = Object.fromEntries(Object.entries(inputs).map(([name, [tensor]]) => [name, tensor]));
  using session = loadGraph(graph, { run: { inputs: tensors, outputs: { output } } });
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, [, feed]]) => [name, feed]));
  const result = session.run('run', feeds)['output'];
  if (!result) throw new Error('The session gave no output.');
  return result;
}

/** Signatures that give variables values, under their own names, and read them. */
export function stateSignatures(graph: Graph, variables: readonly Variable[]): Record<'assign' | 'read', Signature> {
  const feeds = new Map(
    variables.map((variable) => [
      variable,
      graph.placeholder(`assign/${variable.name}`, variable.dtype, variable.shape),
    ]),
  );
  const assigned = [...feeds].map(([variable, value]) => graph.assign(variable, value));
  return {
    assign: {
      inputs: Object.fromEntries([...feeds].map(([{ name }, value]) => [name, value])),
      outputs: { done: graph.group('assign/done', assigned) },
    },
    read: { inputs: {}, outputs: Object.fromEntries(variables.map(({ name, value }) => [name, value])) },
  };
}
