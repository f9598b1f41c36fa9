import type * as tensorflow from '@tensorflow/tfjs';
import type { GraphModel, io, LayersModel, Tensor } from '@tensorflow/tfjs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { asFloats, type TestImages } from '../reference-images.ts';

type Tfjs = typeof tensorflow;

/** So many images at once: what lies between two layers of them stays within some hundred megabytes. */
const MOST_AT_ONCE = 4;

let starting: Promise<Tfjs> | null = null;

/** It cannot be started twice in a process, and costs 200 ms once. */
async function start(): Promise<Tfjs> {
  const tfjs = await import('@tensorflow/tfjs');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${path.dirname(entry)}${path.sep}`);
  // Its own processor backend, which comes with it, is right as well, and fifty times slower.
  if (!(await tfjs.setBackend('wasm'))) await tfjs.setBackend('cpu');
  return tfjs;
}

/** Reads `model.json` and the weights beside it as tfjs' own loaders do over HTTP. */
function fromFolder(tfjs: Tfjs, folder: string): io.IOHandler {
  return {
    load: async () => {
      const text = await readFile(path.join(folder, 'model.json'), 'utf8');
      return tfjs.io.getModelArtifactsForJSON(JSON.parse(text) as io.ModelJSON, async (manifest) => {
        const files = manifest.flatMap(({ paths }) => paths);
        const pieces = await Promise.all(files.map((file) => readFile(path.join(folder, file))));
        const whole = Buffer.concat(pieces);
        const data = whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.byteLength);
        return [manifest.flatMap(({ weights }) => weights), data];
      });
    },
  };
}

async function predicted(
  tfjs: Tfjs,
  predict: (images: Tensor) => Tensor,
  { data, shape }: ReturnType<typeof asFloats>,
): Promise<Float32Array> {
  const [count = 0, ...image] = shape;
  const size = image.reduce((product, length) => product * length, 1);
  const found: Uint8Array[] = [];
  for (let at = 0; at < count; at += MOST_AT_ONCE) {
    const batch = data.subarray(at * size, (at + MOST_AT_ONCE) * size);
    const output = tfjs.tidy(() => predict(tfjs.tensor(batch, [batch.length / size, ...image], 'float32')));
    const values = await output.data();
    output.dispose();
    found.push(new Uint8Array(Float32Array.from(values).buffer));
  }
  return new Float32Array(Uint8Array.from(Buffer.concat(found)).buffer);
}

/** How one of tfjs' two kinds of model is loaded and asked for probabilities of pixels from 0 to 255. */
const KINDS = {
  graph: async (tfjs: Tfjs, folder: string) => {
    const model: GraphModel = await tfjs.loadGraphModel(fromFolder(tfjs, folder));
    return {
      predict: (images: Tensor) => model.execute({ images }, 'probabilities') as Tensor,
      dispose: () => model.dispose(),
    };
  },
  layers: async (tfjs: Tfjs, folder: string) => {
    const model: LayersModel = await tfjs.loadLayersModel(fromFolder(tfjs, folder));
    return {
      predict: (images: Tensor) => model.predict(images) as Tensor,
      dispose: () => void model.dispose(),
    };
  },
} as const;

/**
 * What tfjs makes of the test images by a model in a folder (`model.json` and its weights): in WebAssembly, as in a browser
 * without a GPU.
 *
 * @param kind `graph` for a GraphModel with the tensors `images` and `probabilities`, `layers` for a LayersModel from pixels
 *   to probabilities
 * @returns float32 [images, what the model gives of each]
 */
export async function predictedByTfjs(
  folder: string,
  kind: keyof typeof KINDS,
  images: TestImages,
): Promise<{ readonly runtime: string; readonly probabilities: Float32Array }> {
  const tfjs = await (starting ??= start());
  const model = await KINDS[kind](tfjs, folder);
  try {
    const probabilities = await predicted(tfjs, model.predict, asFloats(images));
    return { runtime: `TensorFlow.js ${tfjs.version.tfjs} (${tfjs.getBackend()})`, probabilities };
  } finally {
    model.dispose();
  }
}
