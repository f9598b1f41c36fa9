import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { imageFunction } from '../../src/engine/export/savedmodel/image-function.ts';
import { func, int, shapes, types } from '../../src/engine/graph/attribute.ts';
import { Graph } from '../../src/engine/graph/graph.ts';
import { encodeSavedModel } from '../../src/engine/graph/saved-model.ts';
import type { Preprocessing } from '../../src/engine/network/preprocessing.ts';
import { Session } from '../../src/engine/runtime/session.ts';

/** What TensorFlow makes of image files as an exported SavedModel has it do: of each, float32 [height, width, 3]. */
export function framedByTensorflow(
  folder: string,
  files: readonly Uint8Array[],
  preprocessing: Preprocessing,
): readonly Float32Array[] {
  const { height, width } = preprocessing;
  const graph = new Graph();
  const given = graph.placeholder('files', 'string', [-1]);
  const decoded = graph.single({
    op: 'MapDefun',
    name: 'decoded',
    inputs: [given],
    attributes: {
      Targuments: types(['string']),
      Tcaptured: types([]),
      output_types: types(['float32']),
      output_shapes: shapes([[height, width, 3]]),
      f: func('decode'),
      max_intra_op_parallelism: int(1),
    },
    outputs: [{ dtype: 'float32', shape: [-1, height, width, 3] }],
  });
  const signatures = { decode: { inputs: { files: given }, outputs: { pixels: graph.identity('pixels', decoded) } } };
  const savedModel = encodeSavedModel(graph, signatures, [imageFunction('decode', preprocessing)]);
  using session = Session.load(mkdtempSync(path.join(folder, 'framed-')), savedModel, signatures);
  const { pixels } = session.run('decode', { files: { data: [...files], shape: [files.length] } });
  if (!(pixels?.data instanceof Float32Array)) throw new TypeError('The function gave no pixels.');
  const { data } = pixels;
  const size = height * width * 3;
  return files.map((_, index) => data.subarray(index * size, (index + 1) * size));
}

/** How far pixels lie from those of Thaw. */
export function pixelDifference(
  found: Float32Array,
  expected: Uint8Array,
): { readonly most: number; readonly mean: number } {
  const differences = [...expected].map((value, index) => Math.abs(value - (found[index] ?? NaN)));
  return {
    most: differences.reduce((most, one) => Math.max(most, one), 0),
    mean: differences.reduce((sum, one) => sum + one, 0) / differences.length,
  };
}
