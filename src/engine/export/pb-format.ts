import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeGraph, wrapGraph } from '../graph/saved-model.ts';
import { deviceInformation } from '../runtime/binding.ts';
import { Session } from '../runtime/session.ts';
import type { ExportFormat } from './export-format.ts';
import { frozenGraph, GRAPH_NAMES } from './frozen-graph.ts';
import { asFloats, type TestImages } from './reference-images.ts';
import { pythonSample } from './samples/python-sample.ts';

const FILE = 'model.pb';

const PREDICT = `GRAPH = tf.compat.v1.GraphDef.FromString((HERE / '${FILE}').read_bytes())
SESSION = tf.compat.v1.Session(graph=tf.Graph())
with SESSION.graph.as_default():
    tf.import_graph_def(GRAPH, name='')


def predict(images):
    """The probability of each class, of uint8 or float images from 0 to 255 [batch, height, width, 3]."""
    return SESSION.run('${GRAPH_NAMES.probabilities}:0', {'${GRAPH_NAMES.images}:0': images.astype(np.float32)})`;

/** Loads the file's graph into TensorFlow. @returns float32 [images, classes] */
async function predicted(folder: string, images: TestImages, classes: number): Promise<Float32Array> {
  const { height, width } = images;
  const signature = {
    inputs: { images: { name: `${GRAPH_NAMES.images}:0`, dtype: 'float32' as const, shape: [-1, height, width, 3] } },
    outputs: {
      probabilities: { name: `${GRAPH_NAMES.probabilities}:0`, dtype: 'float32' as const, shape: [-1, classes] },
    },
  };
  const savedModel = wrapGraph(await readFile(path.join(folder, FILE)), { predict: signature });
  const directory = await mkdtemp(path.join(folder, 'self-test-'));
  try {
    using session = Session.load(directory, savedModel, { predict: signature });
    const { probabilities } = session.run('predict', { images: asFloats(images) });
    if (!(probabilities?.data instanceof Float32Array)) throw new TypeError('The graph gave no probabilities.');
    return probabilities.data;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A frozen graph: TensorFlow's GraphDef with the weights in it. */
export const PB_FORMAT: ExportFormat = {
  write: async (model, folder) => {
    await writeFile(path.join(folder, FILE), encodeGraph(frozenGraph(model).graph));
  },
  program: 'predict.py',
  sample: ({ preprocessing }, allowed) =>
    pythonSample(preprocessing, allowed, {
      packages: 'tensorflow',
      imports: ['import tensorflow as tf'],
      predict: PREDICT,
    }),
  test: async (folder, images, { classes }) => ({
    runtime: `TensorFlow ${deviceInformation().tensorflow}`,
    probabilities: await predicted(folder, images, classes.length),
  }),
  files: () => [
    [
      FILE,
      `the frozen graph, a GraphDef: \`${GRAPH_NAMES.images}:0\` takes float32 [batch, height, width, 3], red, green and blue from 0 to 255; \`${GRAPH_NAMES.probabilities}:0\` gives [batch, classes]`,
    ],
  ],
};
