import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { func, int, shapes, type, types } from '../../graph/attribute.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import { classProbabilities } from '../../graph/loss.ts';
import { encodeSavedModel, type Signature } from '../../graph/saved-model.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';
import { deviceInformation } from '../../runtime/binding.ts';
import { Session } from '../../runtime/session.ts';
import type { ExportFormat, SelfTest } from '../export-format.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import { frozenNetwork } from '../frozen-graph.ts';
import { asFloats, type TestImages } from '../reference-images.ts';
import { pythonSample } from '../samples/python-sample.ts';
import { imageFunction } from './image-function.ts';

const FILE = 'saved_model.pb';
const VARIABLES = 'variables';
const DECODE = 'decode_image';
/** TensorFlow Serving takes files as base64 for an input whose name ends so. */
const BYTES = 'image_bytes';
/** What comes in as files, and what as pixels: the second is the exact one. */
const SIGNATURES = { bytes: 'serving_default', floats: 'serving_float' } as const;

const PREDICT = `MODEL = tf.saved_model.load(str(HERE))


def predict(images):
    """The probability of each class, of uint8 or float images from 0 to 255 [batch, height, width, 3]."""
    images = tf.constant(images.astype(np.float32))
    return MODEL.signatures['${SIGNATURES.floats}'](images=images)['probabilities'].numpy()`;

/** Each file of a batch by itself: they differ in size. @returns float32 [batch, height, width, 3] */
function decodedBatch(graph: Graph, files: Tensor, { height, width }: Preprocessing): Tensor {
  return graph.single({
    op: 'MapDefun',
    name: 'decoded_images',
    inputs: [files],
    attributes: {
      Targuments: types(['string']),
      Tcaptured: types([]),
      output_types: types(['float32']),
      output_shapes: shapes([[height, width, 3]]),
      f: func(DECODE),
      max_intra_op_parallelism: int(1),
    },
    outputs: [{ dtype: 'float32', shape: [-1, height, width, 3] }],
  });
}

/** `probabilities` [batch, classes], and the name of the likeliest class, `class` [batch]. */
function outputsOf(graph: Graph, scope: string, logits: Tensor, names: Tensor): Signature['outputs'] {
  const probabilities = graph.identity(
    `${scope}/probabilities`,
    classProbabilities(graph, `${scope}/class_probabilities`, logits),
  );
  const best = graph.single({
    op: 'ArgMax',
    name: `${scope}/likeliest`,
    inputs: [probabilities, graph.constant(`${scope}/likeliest/axis`, 'int32', [], 1)],
    attributes: { T: type('float32'), Tidx: type('int32'), output_type: type('int32') },
    outputs: [{ dtype: 'int32', shape: [-1] }],
  });
  const name = graph.single({
    op: 'GatherV2',
    name: `${scope}/class`,
    inputs: [names, best, graph.constant(`${scope}/class/axis`, 'int32', [], 0)],
    attributes: { Tparams: type('string'), Tindices: type('int32'), Taxis: type('int32'), batch_dims: int(0) },
    outputs: [{ dtype: 'string', shape: [-1] }],
  });
  return { probabilities, class: name };
}

/**
 * The graph with its weights as constants, once for files and once for pixels.
 *
 * They are no variables, so that there is nothing to restore: whatever reads a SavedModel serves it, and folds the BatchNorms
 * into the convolutions before them. To train on, Thaw's own runs, Keras and PyTorch have formats.
 */
function savedModel(model: ExportedNetwork): Uint8Array {
  const { preprocessing, classes } = model;
  const { height, width } = preprocessing;
  const { graph, lowered } = frozenNetwork(model);
  const files = graph.placeholder(BYTES, 'string', [-1]);
  const images = graph.placeholder('images', 'float32', [-1, height, width, 3]);
  const names = graph.constant('class_names', 'string', [classes.length], classes);
  const decoded = decodedBatch(graph, files, preprocessing);
  return encodeSavedModel(
    graph,
    {
      [SIGNATURES.bytes]: {
        inputs: { [BYTES]: files },
        outputs: outputsOf(graph, 'of_files', lowered('of_files', decoded), names),
      },
      [SIGNATURES.floats]: {
        inputs: { images },
        outputs: outputsOf(graph, 'of_pixels', lowered('of_pixels', images), names),
      },
    },
    [imageFunction(DECODE, preprocessing)],
  );
}

/**
 * Files of the drawn images that the network's framing brings back to their very pixels: where it enlarges an image and cuts
 * its centre out, they lie in the centre of one that has that size already.
 */
async function filesOf(
  { pixels, references, height, width }: TestImages,
  preprocessing: Preprocessing,
): Promise<Uint8Array[]> {
  const { resize, shorterSide } = preprocessing;
  const side = resize === 'resizeThenCrop' ? Math.max(shorterSide ?? 0, height, width) : null;
  const rows = side === null ? 0 : side - height;
  const columns = side === null ? 0 : side - width;
  const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return Promise.all(
    pixels.slice(references).map((image) =>
      sharp(image, { raw: { height, width, channels: 3 } })
        .extend({ top, bottom: rows - top, left, right: columns - left, background: '#000000' })
        .png({ compressionLevel: 1 })
        .toBuffer(),
    ),
  );
}

/** What both signatures make of the images, of their pixels and of files that hold those that are drawn, in one run. */
async function predicted(
  folder: string,
  images: TestImages,
  { classes, preprocessing }: Omit<ExportedNetwork, 'values'>,
): Promise<Pick<SelfTest, 'probabilities' | 'further'>> {
  const { height, width } = images;
  const probabilities = (scope: string) => ({
    name: `${scope}/probabilities:0`,
    dtype: 'float32' as const,
    shape: [-1, classes.length],
  });
  const both = {
    inputs: {
      images: { name: 'images:0', dtype: 'float32' as const, shape: [-1, height, width, 3] },
      files: { name: `${BYTES}:0`, dtype: 'string' as const, shape: [-1] },
    },
    outputs: { ofPixels: probabilities('of_pixels'), ofFiles: probabilities('of_files') },
  };
  const files = await filesOf(images, preprocessing);
  // TensorFlow prepares a graph anew for each set of outputs, which takes seconds for a large one.
  using session = Session.open(folder, { both });
  const { ofPixels, ofFiles } = session.run('both', {
    images: asFloats(images),
    files: { data: files, shape: [files.length] },
  });
  if (!(ofPixels?.data instanceof Float32Array) || !(ofFiles?.data instanceof Float32Array)) {
    throw new TypeError('The model gave no probabilities.');
  }
  return { probabilities: ofPixels.data, further: [ofFiles.data] };
}

/** TensorFlow's SavedModel, as TensorFlow Serving takes it. */
export const SAVED_MODEL_FORMAT: ExportFormat = {
  write: async (model, folder) => {
    await mkdir(path.join(folder, VARIABLES));
    await writeFile(path.join(folder, FILE), savedModel(model));
  },
  program: 'predict.py',
  sample: ({ preprocessing }, allowed) =>
    pythonSample(preprocessing, allowed, {
      packages: 'tensorflow',
      imports: ['import tensorflow as tf'],
      predict: PREDICT,
    }),
  test: async (folder, images, model) => ({
    runtime: `TensorFlow ${deviceInformation().tensorflow}, of pixels and of files`,
    ...(await predicted(folder, images, model)),
  }),
  files: () => [
    [
      FILE,
      `the graph with its weights, tag \`serve\`: \`${SIGNATURES.bytes}\` takes image files, \`${SIGNATURES.floats}\` float32 [batch, height, width, 3], red, green and blue from 0 to 255; both give \`probabilities\` [batch, classes] and \`class\` [batch]. Pixels are the exact way in: of files (JPEG, PNG, GIF, BMP) TensorFlow decodes and resamples a little otherwise (photographs by 1 to 1.5 of 255 levels on average, single pixels by up to 18), turns none upright by EXIF, and of a transparent pixel takes the colour below`,
    ],
    [
      VARIABLES,
      `empty: the weights are constants of the graph. For TensorFlow Serving this folder is a version, as \`models/NAME/1\`: \`curl -d "{\\"instances\\": [{\\"${BYTES}\\": {\\"b64\\": \\"$(base64 -w0 IMAGE)\\"}}]}" http://localhost:8501/v1/models/NAME:predict\``,
    ],
  ],
};
