import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parts } from '../../src/engine/weights/tensorflow/graph-nodes.ts';
import { encodeSavedModelMessage, type AttributeMessage, type NodeMessage } from '../../src/engine/graph/messages.ts';

const FLOAT = 1;
const shapeOf = (sizes: readonly number[]): { dim: { size: number }[] } => ({ dim: sizes.map((size) => ({ size })) });

export function node(
  name: string,
  op: string,
  input: readonly string[],
  attr: Readonly<Record<string, AttributeMessage>> = {},
): NodeMessage {
  return { name, op, input, attr };
}

/** A constant of float32; `claims` is the shape that it says, where that is not its own. */
export function weights(name: string, sizes: readonly number[], claims = sizes): NodeMessage {
  const count = sizes.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, (_, index) => Math.sin(index + 1));
  const value = { dtype: FLOAT, tensorShape: shapeOf(claims), tensorContent: new Uint8Array(values.buffer) };
  return node(name, 'Const', [], { dtype: { type: FLOAT }, value: { tensor: value } });
}

const T = { type: FLOAT };

/** What leads from images of that size, null for any, to features: a convolution, a ReLU, the mean of each channel. */
export function smallGraph(size: number | null): readonly NodeMessage[] {
  const axes = { dtype: 3, tensorShape: shapeOf([2]), intVal: [1, 2] };
  return [
    node('image', 'Placeholder', [], { dtype: T, shape: { shape: shapeOf([-1, size ?? -1, size ?? -1, 3]) } }),
    weights('stem/kernel', [3, 3, 3, 4]),
    node('stem', 'Conv2D', ['image', 'stem/kernel'], {
      T,
      strides: { list: { i: [1, 2, 2, 1] } },
      padding: { s: new TextEncoder().encode('SAME') },
    }),
    node('stem/relu', 'Relu', ['stem'], { T }),
    node('axes', 'Const', [], { dtype: { type: 3 }, value: { tensor: axes } }),
    node('features', 'Mean', ['stem/relu:0', 'axes'], { T, Tidx: { type: 3 }, keep_dims: { b: false } }),
  ];
}

/** Writes the folder of a SavedModel of nodes, which serves `output` of `image`. @returns the folder */
export function writeGraph(folder: string, nodes: readonly NodeMessage[], output = 'features'): string {
  const end = (name: string): { name: string; dtype: number; tensorShape: { dim: [] } } => ({
    name: `${name}:0`,
    dtype: FLOAT,
    tensorShape: { dim: [] },
  });
  const served = { inputs: { image: end('image') }, outputs: { out: end(output) }, methodName: 'predict' };
  mkdirSync(folder, { recursive: true });
  const bytes = encodeSavedModelMessage({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: ['serve'] },
        graphDef: { node: nodes, versions: { producer: 1087 } },
        signatureDef: { serving_default: served },
      },
    ],
  });
  writeFileSync(path.join(folder, 'saved_model.pb'), bytes);
  return folder;
}

/** Writes nodes as a graph alone, as one that was frozen lies in a `.pb`. */
export function writeFrozenGraph(file: string, nodes: readonly NodeMessage[]): void {
  const saved = readFileSync(path.join(writeGraph(`${file}.saved`, nodes), 'saved_model.pb'));
  const [metaGraph = new Uint8Array(0)] = parts(saved).get(2) ?? [];
  const [graph = new Uint8Array(0)] = parts(metaGraph).get(2) ?? [];
  writeFileSync(file, graph);
}
