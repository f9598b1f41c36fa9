import * as h5wasm from 'h5wasm';
import { writeFileSync } from 'node:fs';

/** A weight as Keras stores it: the dataset's path below its layer's group. */
export interface KerasWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
}

const DTYPES = { Float32Array: '<f', Float64Array: '<d', Int32Array: '<i' } as const;

function dtypeOf(data: KerasWeight['data']): string {
  if (data instanceof Float32Array) return DTYPES.Float32Array;
  return data instanceof Float64Array ? DTYPES.Float64Array : DTYPES.Int32Array;
}

/** The group at a path, made with all those above it where they are not there yet. */
function createGroups(group: h5wasm.Group, path: string): h5wasm.Group {
  return path
    .split('/')
    .filter((name) => name !== '')
    .reduce((above, name) => {
      const there = above.get(name);
      return there instanceof h5wasm.Group ? there : above.create_group(name);
    }, group);
}

/**
 * Writes an .h5 file laid out as Keras does: a group per layer with its `weight_names`, all of them in `layer_names`.
 *
 * @param options.root `model_weights` for a whole model, otherwise the file's own root
 * @param options.split writes the lists of names as `layer_names0`, `layer_names1`, ... as Keras does where they are long
 */
export async function writeKerasFile(
  path: string,
  layers: ReadonlyMap<string, readonly KerasWeight[]>,
  options: { readonly root?: 'model_weights'; readonly split?: boolean; readonly layerNames?: readonly string[] } = {},
): Promise<void> {
  const { FS: fileSystem } = await h5wasm.ready;
  const file = new h5wasm.File('/written.h5', 'w');
  const root = options.root === undefined ? file : file.create_group(options.root);
  const writeNames = (group: h5wasm.Group, attribute: string, names: readonly string[]): void => {
    if (options.split === true) {
      names.forEach((name, part) => group.create_attribute(`${attribute}${part}`, [name]));
    } else if (names.length > 0) group.create_attribute(attribute, [...names]);
  };
  writeNames(root, 'layer_names', options.layerNames ?? [...layers.keys()]);
  for (const [layer, weights] of layers) {
    const group = createGroups(root, layer);
    writeNames(
      group,
      'weight_names',
      weights.map((weight) => weight.name),
    );
    for (const { name, shape, data } of weights) {
      createGroups(group, name.split('/').slice(0, -1).join('/'));
      group.create_dataset({ name, data, shape: [...shape], dtype: dtypeOf(data) });
    }
  }
  file.close();
  writeFileSync(path, fileSystem.readFile('/written.h5'));
  fileSystem.unlink('/written.h5');
}

/** Writes an .h5 file of one layer whose `kernel` claims a shape and has nothing of it. */
export async function writeLargeClaim(path: string, layer: string, shape: readonly number[]): Promise<void> {
  const { FS: fileSystem } = await h5wasm.ready;
  const file = new h5wasm.File('/claim.h5', 'w');
  file.create_attribute('layer_names', [layer]);
  const group = file.create_group(layer);
  group.create_attribute('weight_names', ['kernel']);
  const data = new Float32Array(1);
  const one = shape.map(() => 1);
  const kernel = group.create_dataset({ name: 'kernel', data, shape: one, maxshape: [...shape], chunks: one });
  kernel.resize([...shape]);
  file.close();
  writeFileSync(path, fileSystem.readFile('/claim.h5'));
  fileSystem.unlink('/claim.h5');
}

/** Writes an .h5 file of one layer whose `kernel` of four numbers lies in a chunk of that many, packed, and its `bias` in one of four. */
export async function writeLargeChunk(path: string, layer: string, numbers: number): Promise<void> {
  const { FS: fileSystem } = await h5wasm.ready;
  const file = new h5wasm.File('/chunk.h5', 'w');
  file.create_attribute('layer_names', [layer]);
  const group = file.create_group(layer);
  group.create_attribute('weight_names', ['kernel', 'bias']);
  const packed = { shape: [4], maxshape: [null], compression: 1 };
  group.create_dataset({ ...packed, name: 'kernel', data: new Float32Array(4), chunks: [numbers] });
  group.create_dataset({ ...packed, name: 'bias', data: Float32Array.of(1, 2, 3, 4), chunks: [4] });
  file.close();
  writeFileSync(path, fileSystem.readFile('/chunk.h5'));
  fileSystem.unlink('/chunk.h5');
}

/** Writes an HDF5 file that is not Keras'. */
export async function writeForeignHdf5(path: string): Promise<void> {
  const { FS: fileSystem } = await h5wasm.ready;
  const file = new h5wasm.File('/foreign.h5', 'w');
  file.create_group('measurements').create_dataset({ name: 'series', data: new Float32Array(4) });
  file.close();
  writeFileSync(path, fileSystem.readFile('/foreign.h5'));
  fileSystem.unlink('/foreign.h5');
}
