import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { networkTensors } from '../../network/shape.ts';
import { openWeights } from '../../weights/open.ts';
import { writeSafetensors } from '../../weights/safetensors-writer.ts';
import type { ExportFormat } from '../export-format.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import { version3Configuration } from '../keras/configuration.ts';
import type { KerasModel } from '../keras/keras-layer.ts';
import { kerasModel } from '../keras/keras-model.ts';
import { asciiJson } from '../keras/weight-values.ts';
import { sameBits } from '../same-bits.ts';
import { pythonSample } from '../samples/python-sample.ts';
import { listingSample } from './listing-sample.ts';

const FILE = 'model.safetensors';
const ARCHITECTURE = 'architecture.json';

const PREDICT = `ARCHITECTURE = json.loads((HERE / '${ARCHITECTURE}').read_text(encoding='utf-8'))
TENSORS = load_file(HERE / '${FILE}')
MODEL = keras.models.model_from_json(json.dumps(ARCHITECTURE['model']))
for name, weights in ARCHITECTURE['weights'].items():
    # Names of tensors, and the numbers themselves of what is the same for every such network.
    MODEL.get_layer(name).set_weights(
        [TENSORS[one] if isinstance(one, str) else np.reshape(one['values'], one['shape']) for one in weights])


def predict(images):
    """The probability of each class, of uint8 or float images from 0 to 255 [batch, height, width, 3]."""
    return np.asarray(MODEL.predict_on_batch(np.asarray(images, np.float32)))`;

/** The network in Keras' layers; null for one that takes others. */
function inKeras(model: Omit<ExportedNetwork, 'values'>): KerasModel | null {
  try {
    return kerasModel(model, 'keras3');
  } catch (error) {
    if (error instanceof ThawError && error.code === 'usage.invalid') return null;
    throw error;
  }
}

/** Keras' configuration, and of each of its layers the tensors that its weights are. */
function architecture(model: KerasModel): string {
  const weights = model.layers
    .filter((layer) => layer.weights.length > 0)
    .map((layer) => [
      layer.name,
      layer.weights.map(({ value, shape }) => (typeof value === 'string' ? value : { shape, values: [...value] })),
    ]);
  return asciiJson({ model: version3Configuration(model), weights: Object.fromEntries(weights) as unknown });
}

/** Holds what is read back to what was written, to the bit. @throws ThawError `export.differs` */
async function assertReadBack(file: string, { network, values }: ExportedNetwork): Promise<void> {
  const read = await openWeights(file);
  try {
    for (const { name, shape } of networkTensors(network)) {
      const entry = read.tensors.get(name);
      const own = values.get(name);
      const found = entry?.shape.join() === shape.join() ? read.read(name) : null;
      if (found && own && sameBits(found, own)) continue;
      throw new ThawError(
        'export.differs',
        `A safetensors file gives back what was written into it; '${name}' does not. Nothing was kept of it.`,
        'This is a defect of Thaw: report it with the name of the network.',
      );
    }
  } finally {
    read.close();
  }
}

async function write(model: ExportedNetwork, folder: string): Promise<void> {
  const { network, preprocessing, classes, values } = model;
  const tensors = networkTensors(network).map(({ name, shape }) => {
    const data = values.get(name);
    if (!data) throw new TypeError(`There is no value of '${name}'.`);
    return [name, { shape, data }] as const;
  });
  await writeSafetensors(path.join(folder, FILE), new Map(tensors), {
    format: 'tf',
    network: network.name,
    classes: JSON.stringify(classes),
    preprocessing: JSON.stringify(preprocessing),
  });
  const keras = inKeras(model);
  if (keras) await writeFile(path.join(folder, ARCHITECTURE), architecture(keras));
}

/** The weights alone, by the names that Thaw and their publisher have for them. */
export const SAFETENSORS_FORMAT: ExportFormat = {
  program: 'predict.py',
  // No runtime of it predicts here.
  mostReferences: () => 0,
  write,
  sample: (model, allowed) =>
    inKeras(model)
      ? pythonSample(model.preprocessing, allowed, {
          packages: "safetensors 'keras>=3' tensorflow",
          imports: ['import keras', 'from safetensors.numpy import load_file'],
          predict: PREDICT,
        })
      : listingSample(FILE),
  predicts: (model) => inKeras(model) !== null,
  test: async (folder, _images, model) => {
    await assertReadBack(path.join(folder, FILE), model);
    return { runtime: 'Every tensor was read back to the bit; no runtime of Node has its layers', probabilities: null };
  },
  files: (model) => [
    [
      FILE,
      'every weight as float32, called `<layer>/<role>`: kernels are [height, width, in, out], depthwise ones [height, width, channels, multiplier], of dense layers [in, out]; the metadata say network, classes and preprocessing',
    ],
    ...(inKeras(model)
      ? [[ARCHITECTURE, "the layers as Keras 3 has them, and which tensors are each layer's weights"] as const]
      : []),
  ],
};
