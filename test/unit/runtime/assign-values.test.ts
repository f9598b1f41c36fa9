import { expect, it } from 'vitest';
import { assignment } from '../../../src/engine/graph/assign.ts';
import { foldBatchNorms } from '../../../src/engine/graph/fold.ts';
import { Graph, type Variable } from '../../../src/engine/graph/graph.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import type { Layer } from '../../../src/engine/network/layer.ts';
import { assignValues } from '../../../src/engine/runtime/assign-values.ts';
import { elementsOf, loadGraph, randomValues } from '../../support/graph-session.ts';

const LAYERS: readonly Layer[] = [
  { kind: 'input', shape: [6, 5, 3], name: 'input', inputs: [], block: 'a' },
  {
    kind: 'conv2d',
    ...{ name: 'convolution', inputs: ['input'], block: 'a' },
    ...{ filters: 4, kernelSize: [3, 3], strides: [1, 1], padding: 'same', useBias: false },
    kernelInitializer: { kind: 'zeros' },
  },
  {
    kind: 'batchNorm',
    ...{ name: 'norm', inputs: ['convolution'], block: 'a' },
    ...{ epsilon: 1e-3, momentum: 0.9, scale: true, center: true },
  },
];

/** The values of all variables, those that are folded too, after they were assigned. */
function assigned(sliceValues: number) {
  const graph = new Graph();
  const tensors = networkTensors({ name: 'n', family: 'n', layers: LAYERS, output: 'norm', pretrained: new Set() });
  const variables = new Map<string, Variable>(tensors.map(({ name, shape }) => [name, graph.variable(name, shape)]));
  const folded = foldBatchNorms(graph, LAYERS, new Set(), variables);
  const assigns = assignment(graph, { variables: [...variables.values()], folded, sliceValues });
  const all = [...variables.values(), ...folded.flatMap(({ kernel, bias }) => [kernel, bias])];
  using session = loadGraph(graph, {
    ...assigns.signatures,
    read: {
      inputs: {},
      outputs: Object.fromEntries(all.map((variable, index) => [variable.name, graph.read(variable, `read_${index}`)])),
    },
  });
  const values = new Map(
    tensors.map(({ name, shape }, index) => [
      name,
      randomValues(elementsOf(shape), 7 + index).map((value) => value + 2),
    ]),
  );
  assignValues(session, { assignSlices: assigns.slices }, values);
  const found = Object.entries(session.run('read', {})).map(([name, { data }]) => [name, [...data]] as const);
  return { slices: assigns.slices.length, values, found };
}

it('gives a program the same values in slices as at once, what is folded from them too, and gives their memory back', () => {
  const [whole, few, single] = [assigned(1000), assigned(60), assigned(1)];
  expect([whole.slices, few.slices, single.slices]).toEqual([1, 3, 6]);
  expect(whole.found).toHaveLength(7);
  for (const [name, data] of whole.found) expect(Math.min(...data.map(Math.abs)), name).toBeGreaterThan(0);
  for (const { found, values } of [whole, few, single]) {
    expect(found).toEqual(whole.found);
    expect([...values.values()].map(({ length }) => length)).toEqual([0, 0, 0, 0, 0]);
  }
});

it('leaves a program values of its own where they stand as TensorFlow would take them without a copy', () => {
  // Whole multiples of 64 bytes, and so large that memory that is given back is no longer there.
  const count = 2 ** 20;
  for (const names of [['a'], ['a', 'b', 'c']]) {
    const graph = new Graph();
    const variables = names.map((name) => graph.variable(name, [count]));
    const assigns = assignment(graph, { variables, sliceValues: 3 * count });
    using session = loadGraph(graph, {
      ...assigns.signatures,
      read: {
        inputs: {},
        outputs: Object.fromEntries(variables.map((variable) => [variable.name, graph.read(variable, 'read')])),
      },
    });
    const values = new Map(names.map((name, index) => [name, new Float32Array(count).fill(index + 1)]));
    assignValues(session, { assignSlices: assigns.slices }, values);
    const found = session.run('read', {});
    names.forEach((name, index) => {
      expect(
        found[name]?.data.every((value) => value === index + 1),
        name,
      ).toBe(true);
    });
  }
});
