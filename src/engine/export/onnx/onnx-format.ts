import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { ExportFormat } from '../export-format.ts';
import type { TestImages } from '../reference-images.ts';
import { javascriptSample } from '../samples/javascript-sample.ts';
import { pythonSample } from '../samples/python-sample.ts';
import { ONNX_NAMES, onnxModel } from './onnx-model.ts';

const FILE = 'model.onnx';
const EXAMPLE = 'predict.mjs';
/** So many images are predicted at once: what lies between layers takes memory for each. */
const BATCH = 4;
const MOST_THREADS = 4;

const PREDICT = `SESSION = onnxruntime.InferenceSession(str(HERE / '${FILE}'), providers=['CPUExecutionProvider'])


def predict(images):
    """The probability of each class, of uint8 or float images from 0 to 255 [batch, height, width, 3]."""
    return SESSION.run(['${ONNX_NAMES.probabilities}'], {'${ONNX_NAMES.images}': images.astype(np.float32)})[0]`;

/** Loads the model into ONNX Runtime. @returns float32 [images, classes] */
async function predicted(file: string, { pixels, height, width }: TestImages): Promise<Float32Array> {
  // A binding of native code, which is loaded only where it is used.
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: Math.min(MOST_THREADS, availableParallelism()),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const parts: Float32Array[] = [];
    for (let start = 0; start < pixels.length; start += BATCH) {
      const part = pixels.slice(start, start + BATCH);
      const images = new Tensor('float32', Float32Array.from(Buffer.concat(part)), [part.length, height, width, 3]);
      const { [ONNX_NAMES.probabilities]: found } = await session.run({ [ONNX_NAMES.images]: images });
      if (!(found?.data instanceof Float32Array)) throw new TypeError('The model gave no probabilities.');
      parts.push(found.data);
    }
    return Float32Array.from(parts.flatMap((part) => [...part]));
  } finally {
    await session.release();
  }
}

/** The version of the runtime that is installed. */
function runtimeVersion(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string };
  return version;
}

/** An ONNX model, for every runtime of it. */
export const ONNX_FORMAT: ExportFormat = {
  write: async (model, folder) => {
    await writeFile(path.join(folder, FILE), onnxModel(model));
    await writeFile(path.join(folder, EXAMPLE), javascriptSample(model.preprocessing, FILE, ONNX_NAMES));
  },
  program: 'predict.py',
  sample: ({ preprocessing }, allowed) =>
    pythonSample(preprocessing, allowed, {
      packages: 'onnxruntime',
      imports: ['import onnxruntime'],
      predict: PREDICT,
    }),
  test: async (folder, images) => ({
    runtime: `ONNX Runtime ${runtimeVersion()}`,
    probabilities: await predicted(path.join(folder, FILE), images),
  }),
  files: () => [
    [
      FILE,
      `the model, ONNX with opset 17: \`${ONNX_NAMES.images}\` takes float32 [batch, height, width, 3], red, green and blue from 0 to 255; \`${ONNX_NAMES.probabilities}\` gives [batch, classes]`,
    ],
    [EXAMPLE, 'predicts images as `predict.py` does, for Node with onnxruntime-node and sharp'],
  ],
};
