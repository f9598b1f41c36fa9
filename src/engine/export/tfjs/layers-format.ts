import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Quantisation } from '../../../shared/contract/model-export.ts';
import type { ExportFormat } from '../export-format.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import { version2Configuration } from '../keras/configuration.ts';
import type { KerasModel } from '../keras/keras-layer.ts';
import { kerasModel } from '../keras/keras-model.ts';
import { asciiJson, weightValues } from '../keras/weight-values.ts';
import { mostReferences } from './most-references.ts';
import { predictedByTfjs } from './tfjs-runtime.ts';
import { tfjsPage, tfjsSample } from './tfjs-sample.ts';
import { writeManifestWeights, type ManifestTensor } from './weights-manifest.ts';

const FILE = 'model.json';
const PAGE = 'index.html';
/** Of the Keras whose layers they are. */
const KERAS_VERSION = '2.15.0';

/** Not those of which there are few, a whole channel or class hanging on each, nor those that are no weights. */
function bearsRounding(role: string, value: string | Float32Array, own: ReadonlySet<string>): boolean {
  return role !== 'depthwise_kernel' && typeof value === 'string' && !own.has(value);
}

function* tensorsOf({ layers }: KerasModel, model: ExportedNetwork): Generator<ManifestTensor> {
  const classifier = new Set([`${model.network.output}/kernel`]);
  for (const { name, weights } of layers) {
    for (const weight of weights) {
      const { role, shape, value } = weight;
      const data = weightValues(weight, model.values);
      yield { name: `${name}/${role}`, shape, data, bearsRounding: bearsRounding(role, value, classifier) };
    }
  }
}

async function write(model: ExportedNetwork, folder: string, quantisation: Quantisation | null): Promise<void> {
  const written = kerasModel(model, 'tfjs');
  const weightsManifest = await writeManifestWeights(folder, tensorsOf(written, model), quantisation);
  const content = {
    format: 'layers-model',
    generatedBy: 'Thaw',
    convertedBy: null,
    modelTopology: {
      keras_version: KERAS_VERSION,
      backend: 'tensorflow',
      model_config: version2Configuration(written),
    },
    weightsManifest,
  };
  await writeFile(path.join(folder, FILE), asciiJson(content));
  await writeFile(path.join(folder, PAGE), tfjsPage(model.preprocessing, 'layers'));
}

/** A LayersModel: Keras' layers in JavaScript, which can be trained further and cut. */
export const TFJS_LAYERS_FORMAT: ExportFormat = {
  program: 'predict.mjs',
  mostReferences,
  write: (model, folder, _state, quantisation) => write(model, folder, quantisation),
  sample: ({ preprocessing }, allowed) => tfjsSample(preprocessing, 'layers', allowed),
  test: (folder, images) => predictedByTfjs(folder, 'layers', images),
  files: () => [
    [
      FILE,
      'the tfjs LayersModel, for `tf.loadLayersModel(url)`: takes float images [batch, height, width, 3], red, green and blue from 0 to 255, and gives probabilities [batch, classes]',
    ],
    ['group1-shard*.bin', 'its weights, in parts of 4 MiB that browsers cache; they lie beside it'],
    [PAGE, 'a page that predicts an image, once a server gives out this folder'],
  ],
};
