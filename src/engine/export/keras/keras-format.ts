import path from 'node:path';
import type { ExportFormat } from '../export-format.ts';
import { pythonSample } from '../samples/python-sample.ts';
import { writeArchive } from './archive-file.ts';
import { kerasModel } from './keras-model.ts';
import { writeLegacyFile } from './legacy-file.ts';
import { predictedByReader } from './read-back.ts';

const predictCode = (file: string): string => `MODEL = keras.models.load_model(HERE / '${file}', compile=False)


def predict(images):
    """The probability of each class, of uint8 or float images from 0 to 255 [batch, height, width, 3]."""
    return np.asarray(MODEL.predict_on_batch(np.asarray(images, np.float32)))`;

/** What is the same of both files. */
function formatOf(
  file: string,
  write: ExportFormat['write'],
  python: { readonly packages: string; readonly imports: readonly string[] },
  what: string,
): ExportFormat {
  return {
    program: 'predict.py',
    write: (model, folder, ...others) => write(model, path.join(folder, file), ...others),
    sample: ({ preprocessing }, allowed) =>
      pythonSample(preprocessing, allowed, { ...python, predict: predictCode(file) }),
    test: async (folder, images, { classes }) => ({
      runtime: "Thaw's own reader of Keras' files",
      probabilities: await predictedByReader(path.join(folder, file), images, classes),
    }),
    files: () => [
      [
        file,
        `${what}: takes float images [batch, height, width, 3], red, green and blue from 0 to 255, and gives probabilities [batch, classes]; \`keras.models.load_model\` opens it without objects of its own`,
      ],
    ],
  };
}

/** Keras' archive of today. */
export const KERAS_FORMAT = formatOf(
  'model.keras',
  (model, file) => writeArchive(file, kerasModel(model, 'keras3'), model.values),
  { packages: "'keras>=3' tensorflow", imports: ['import keras'] },
  'the model of Keras 3, layers and weights',
);

/** Keras' file of before, which Keras 3 opens too. */
export const H5_FORMAT = formatOf(
  'model.h5',
  (model, file) => writeLegacyFile(file, kerasModel(model, 'keras2'), model.values),
  { packages: 'tensorflow', imports: ['from tensorflow import keras'] },
  'the model of Keras 2 and of `tf_keras`, which Keras 3 opens as well, layers and weights',
);
