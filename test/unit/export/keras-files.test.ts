import path from 'node:path';
import { mkdtempSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assertAccepted } from '../../../src/engine/export/assert-accepted.ts';
import { predictedByGraph } from '../../../src/engine/export/graph-prediction.ts';
import { H5_FORMAT, KERAS_FORMAT } from '../../../src/engine/export/keras/keras-format.ts';
import { kerasModel } from '../../../src/engine/export/keras/keras-model.ts';
import { testImages } from '../../../src/engine/export/reference-images.ts';
import { SAFETENSORS_FORMAT } from '../../../src/engine/export/safetensors/safetensors-format.ts';
import { TFJS_LAYERS_FORMAT } from '../../../src/engine/export/tfjs/layers-format.ts';
import { INITIAL_STATE } from '../../../src/engine/training/checkpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { DESIGNED, exportedOf } from '../../support/keras-export.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const FORMATS = [
  ['keras', KERAS_FORMAT, null, 1e-4],
  ['h5', H5_FORMAT, null, 1e-4],
  ['safetensors', SAFETENSORS_FORMAT, null, 1e-4],
  ['tfjs', TFJS_LAYERS_FORMAT, null, 1e-4],
  ['tfjs', TFJS_LAYERS_FORMAT, 'float16', 1e-2],
  ['tfjs', TFJS_LAYERS_FORMAT, 'uint8', 1e-2],
] as const;

describe('models of standard layers', () => {
  const model = exportedOf('mobilenet_v3_small_1.0_32', 'sigmoid', DESIGNED);

  it.each(FORMATS)('%s predicts once it is read what the network does', async (name, format, quantisation, allowed) => {
    const folder = mkdtempSync(path.join(root, `${name}-`));
    const images = await testImages([], model.preprocessing);
    const expected = await predictedByGraph(model, images, folder);
    assertAccepted(name, model, quantisation);
    await format.write(model, folder, INITIAL_STATE, quantisation);
    const { probabilities } = await format.test(folder, images, model);
    if (name === 'safetensors') {
      // It was read back to the bit.
      expect(probabilities).toBeNull();
      return;
    }
    expect(probabilities).toHaveLength(expected.length);
    const largest = Math.max(...expected.map((value, index) => Math.abs(value - (probabilities?.[index] ?? NaN))));
    expect(largest).toBeLessThan(allowed);
  });

  it('list layers of one depth as Keras does, by which it finds their weights', () => {
    const { layers } = kerasModel(exportedOf('resnet50_64', 'softmax'), 'keras3');
    const names = layers.map(({ name }) => name);
    // The shortcut of a block stands beside its last convolution.
    expect(names.indexOf('conv2_block1_0_conv')).toBe(names.indexOf('conv2_block1_3_conv') - 1);
    expect(names.at(-1)).toBe('probabilities');
  });

  it('refuse by name what no standard layer is', async () => {
    const colours = exportedOf('inception_v3_96', 'softmax');
    const grey = { ...colours, preprocessing: { ...colours.preprocessing, channelOrder: 'grey' as const } };
    await expectError(() => assertAccepted('h5', grey), 'usage.invalid', 'grey');
  });
});
