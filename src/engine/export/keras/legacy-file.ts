import type { ExportedNetwork } from '../exported-network.ts';
import { version2Configuration } from './configuration.ts';
import { groupAt, writeHdf5, writeNames, writeText } from './hdf5-writer.ts';
import type { KerasModel } from './keras-layer.ts';
import { asciiJson, weightValues } from './weight-values.ts';

/** Of the Keras whose layout it is; Keras 3 reads it as one of before. */
const KERAS_VERSION = '2.15.0';

/**
 * Writes a whole model as the HDF5 file that Keras 2 saves: the configuration as an attribute, a group for each layer with
 * weights (https://github.com/keras-team/tf-keras/blob/master/tf_keras/saving/legacy/hdf5_format.py).
 */
export async function writeLegacyFile(
  path: string,
  model: KerasModel,
  values: ExportedNetwork['values'],
): Promise<void> {
  const layers = model.layers.filter(({ weights }) => weights.length > 0);
  await writeHdf5(path, (root) => {
    writeText(root, 'keras_version', KERAS_VERSION);
    writeText(root, 'backend', 'tensorflow');
    writeText(root, 'model_config', asciiJson(version2Configuration(model)));
    const group = groupAt(root, 'model_weights');
    writeText(group, 'keras_version', KERAS_VERSION);
    writeText(group, 'backend', 'tensorflow');
    writeNames(
      group,
      'layer_names',
      layers.map(({ name }) => name),
    );
    for (const { name, weights } of layers) {
      const own = groupAt(group, name);
      const scope = groupAt(own, name);
      writeNames(
        own,
        'weight_names',
        weights.map(({ role }) => `${name}/${role}:0`),
      );
      for (const weight of weights) {
        const data = weightValues(weight, values);
        scope.create_dataset({ name: `${weight.role}:0`, data, shape: [...weight.shape], dtype: '<f' });
      }
    }
  });
}
