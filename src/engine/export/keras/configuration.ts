import type { KerasLayer, KerasModel } from './keras-layer.ts';

const FLOATS = 'float32';

type Fields = Readonly<Record<string, unknown>>;

function optionsOf({ className, options, name, shape }: KerasLayer, shapeKey: string): Fields {
  const input = className === 'InputLayer' && { [shapeKey]: [null, ...shape], sparse: false };
  return { ...input, ...options, name, dtype: FLOATS };
}

/** The merging layers take a list. */
const MERGING: ReadonlySet<string> = new Set(['Add', 'Multiply', 'Concatenate']);

const ends = ({ layers, output }: KerasModel): Fields => ({
  input_layers: [[layers[0]?.name, 0, 0]],
  output_layers: [[output, 0, 0]],
});

/** A model's configuration as Keras 2 has it in its HDF5 files, and tfjs in its `model.json`. */
export function version2Configuration(model: KerasModel): Fields {
  const layers = model.layers.map((layer) => ({
    class_name: layer.className,
    config: optionsOf(layer, 'batch_input_shape'),
    name: layer.name,
    inbound_nodes: layer.inputs.length === 0 ? [] : [layer.inputs.map((input) => [input, 0, 0, {}])],
  }));
  const config = { name: model.name, trainable: true, layers, ...ends(model) };
  return { class_name: 'Functional', config };
}

/** A model's configuration as Keras 3 has it in the `config.json` of its archives. */
export function version3Configuration(model: KerasModel): Fields {
  const shapes = new Map(model.layers.map(({ name, shape }) => [name, shape]));
  const tensor = (name: string): Fields => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, ...(shapes.get(name) ?? [])], dtype: FLOATS, keras_history: [name, 0, 0] },
  });
  const layers = model.layers.map((layer) => {
    const inputs = layer.inputs.map(tensor);
    const args = MERGING.has(layer.className) ? [inputs] : inputs;
    return {
      module: 'keras.layers',
      class_name: layer.className,
      config: optionsOf(layer, 'batch_shape'),
      registered_name: null,
      name: layer.name,
      inbound_nodes: inputs.length === 0 ? [] : [{ args, kwargs: {} }],
    };
  });
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: { name: model.name, trainable: true, layers, ...ends(model) },
    registered_name: 'Functional',
  };
}
