import { z } from 'zod';
import { checkpointChoice } from './checkpoint.ts';

/** What a run's network is written as, for other programs to predict with, in the order that people are told them. */
export const MODEL_FORMATS = [
  'savedmodel',
  'pb',
  'keras',
  'h5',
  'tfjs',
  'tfjs-graph',
  'onnx',
  'safetensors',
  'torch',
] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

/** What people are told of each, in the window and by `thaw export --help`. */
export const MODEL_FORMAT_TEXTS: Readonly<Record<ModelFormat, { readonly label: string; readonly use: string }>> = {
  savedmodel: {
    label: 'TensorFlow SavedModel',
    use: 'For TensorFlow Serving and TensorFlow in any language: takes image files or pixels, in batches.',
  },
  pb: {
    label: 'TensorFlow frozen graph (.pb)',
    use: 'One file with the network and its weights, for TensorFlow and whatever else reads its graphs.',
  },
  keras: {
    label: 'Keras 3 (.keras)',
    use: 'One file with the layers and their weights, for Keras 3 upon TensorFlow, JAX or PyTorch: to predict, train and cut.',
  },
  h5: {
    label: 'Keras 2 (.h5)',
    use: 'The same for Keras 2, tf_keras and what else reads its HDF5 files; Keras 3 opens it too.',
  },
  tfjs: {
    label: 'TensorFlow.js layers model',
    use: 'For browsers and Node: Keras’ layers in JavaScript, which can be trained there and cut.',
  },
  'tfjs-graph': {
    label: 'TensorFlow.js graph model',
    use: 'For browsers and Node: the graph with its weights in pieces, the fastest that TensorFlow.js runs.',
  },
  onnx: {
    label: 'ONNX (.onnx)',
    use: 'One file for ONNX Runtime, in most languages, on phones and in browsers, and for what else reads ONNX.',
  },
  safetensors: {
    label: 'Safetensors (.safetensors)',
    use: 'The weights alone, by name, for any program; with the layers that Keras has for them.',
  },
  torch: {
    label: 'PyTorch (.pth)',
    use: 'The weights under torchvision’s names and the network as a module, to go on with in Python.',
  },
};

/** How far a probability may lie from Thaw's own before an export is refused. */
export const LARGEST_DIFFERENCE = 1e-4;
/** The same where weights were quantised, which says less of each. */
export const LARGEST_QUANTISED_DIFFERENCE = 1e-2;
/** What weights are written as: half as large, or a quarter of it, each tensor scaled between its smallest and largest value. */
export const QUANTISATIONS = ['float16', 'uint8'] as const;
export type Quantisation = (typeof QUANTISATIONS)[number];
/** Formats whose weights can be quantised. */
export const QUANTISED_FORMATS: readonly ModelFormat[] = ['tfjs', 'tfjs-graph'];
/** As many images of the validation as an export is tested with. */
export const MOST_REFERENCES = 8;

/**
 * A folder of the user's own command line, or a name in a granted folder: it is made, and must not be there before. Or kept
 * as one zip file until `files.read` has fetched it.
 */
export const modelOutput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('folder'), path: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('granted'),
    grantId: z.string().min(1),
    name: z
      .string()
      .max(255)
      // What no disk has, and what Windows keeps for itself.
      .regex(/^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[^/\\<>:"|?*\p{Cc}]*[^/\\<>:"|?*\p{Cc}. ]$/iu),
  }),
  z.strictObject({ kind: z.literal('fetched') }),
]);

export const modelExportRequest = z.strictObject({
  runId: z.string().min(1),
  /** The best one where it is left out. */
  checkpoint: checkpointChoice.optional(),
  format: z.enum(MODEL_FORMATS),
  /** Of the formats that can; float32 where it is left out. */
  quantisation: z.enum(QUANTISATIONS).optional(),
  output: modelOutput,
  taskId: z.string().min(1).max(100).optional(),
});
export type ModelExportRequest = z.infer<typeof modelExportRequest>;

/** The exported file, loaded by a runtime of its own ecosystem, against what Thaw predicts. */
export const exportSelfTest = z.strictObject({
  /** What loaded it: `TensorFlow 2.21.0`. */
  runtime: z.string(),
  /** Of the run's validation. */
  references: z.int(),
  /** Drawn, for every export and for what has no images at hand. */
  drawn: z.int(),
  /** The largest difference of a probability; null where the runtime is none of Node's and the sample tells it. */
  difference: z.number().nullable(),
  allowed: z.number(),
});
export type ExportSelfTest = z.infer<typeof exportSelfTest>;

export const exportedModel = z.strictObject({
  runId: z.string(),
  format: z.enum(MODEL_FORMATS),
  /** null for float32. */
  quantisation: z.enum(QUANTISATIONS).nullable(),
  /** Of the folder, or of the zip file that is fetched. */
  name: z.string(),
  /** The folder; null for what is fetched. */
  path: z.string().nullable(),
  /** For `files.read`; null for a folder. */
  grantId: z.string().nullable(),
  /** Below it, with `/`. */
  files: z.array(z.strictObject({ name: z.string(), bytes: z.int() })),
  /** Of all files together. */
  bytes: z.int(),
  selfTest: exportSelfTest,
  /** Whether the program beside it predicts, and with `--check` compares with Thaw; else it lists the weights. */
  predicts: z.boolean(),
  warnings: z.array(z.string()),
});
export type ExportedModel = z.infer<typeof exportedModel>;

/** What a run's network can be written as. */
export const modelFormats = z.array(
  z.strictObject({
    format: z.enum(MODEL_FORMATS),
    /** Why not, and what to do then; null where it can. */
    refused: z.strictObject({ message: z.string(), hint: z.string() }).nullable(),
    /** About as large as all files together become, with weights of float32. */
    bytes: z.int(),
    /** What the weights can be quantised to beside that. */
    quantisations: z.array(z.strictObject({ quantisation: z.enum(QUANTISATIONS), bytes: z.int() })),
  }),
);
export type ModelFormats = z.infer<typeof modelFormats>;
