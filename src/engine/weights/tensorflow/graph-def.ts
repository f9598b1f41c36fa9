import { readFile, stat } from 'node:fs/promises';
import { MalformedBytes } from '../byte-reader.ts';
import { DTYPE_BYTES, isFloat } from '../dtype.ts';
import { claimedElements, DAMAGED_HINT, noSuchTensor, unreadable, unreadableFile } from '../files.ts';
import type { ListedTensor, StoredWeights } from '../weights-file.ts';
import { parts, textOf } from './graph-nodes.ts';
import { tensorMessage, tensorValues } from './tensor-proto.ts';

/** What Node reads in one piece, and protobuf's own limit. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;
/** One number may stand for all of a constant, but a file that claims far more than its own size is a bomb. */
const LARGEST_EXPANSION = 64;

interface Constant extends ListedTensor {
  /** The `TensorProto`. */
  readonly message: Uint8Array;
}

/** The `TensorProto` of a `NodeDef` that is a constant, with the node's name; null for other nodes. */
function constantOf(node: Uint8Array): { readonly name: string; readonly tensor: Uint8Array } | null {
  const fields = parts(node);
  if (textOf(fields.get(2)?.[0]) !== 'Const') return null;
  for (const attribute of fields.get(5) ?? []) {
    const entry = parts(attribute);
    if (textOf(entry.get(1)?.[0]) !== 'value') continue;
    const [tensor] = parts(entry.get(2)?.[0] ?? new Uint8Array(0)).get(8) ?? [];
    if (tensor !== undefined) return { name: textOf(fields.get(1)?.[0]), tensor };
  }
  return null;
}

function listConstants(path: string, graphs: readonly Uint8Array[], fileBytes: number): ReadonlyMap<string, Constant> {
  const tensors = new Map<string, Constant>();
  let claimed = 0;
  for (const node of graphs.flatMap((graph) => parts(graph).get(1) ?? [])) {
    const found = constantOf(node);
    if (found === null) continue;
    const { dtype, shape, message } = tensorMessage(found.tensor);
    // Texts, and names of files.
    if (dtype === null) continue;
    claimed += (claimedElements(shape) ?? Number.NaN) * DTYPE_BYTES[dtype];
    if (!(claimed <= fileBytes * LARGEST_EXPANSION)) {
      throw unreadable(
        path,
        `The constants of a graph fit in it; '${found.name}' claims the shape [${shape.join(', ')}] in ${fileBytes} bytes.`,
        DAMAGED_HINT,
      );
    }
    if (tensors.has(found.name)) throw new MalformedBytes(`two nodes are called '${found.name}'`);
    // Epsilons and the like are single numbers.
    const isWeight = isFloat(dtype) && shape.length > 0;
    tensors.set(found.name, { shape, dtype, storedName: found.name, isWeight, message });
  }
  return tensors;
}

/**
 * Opens a TensorFlow graph whose variables were frozen to constants, alone (a `GraphDef`) or in a SavedModel without variables
 * (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/graph.proto). Only its constants are read.
 *
 * @param kind which message the file is
 * @throws ThawError `weights.unreadable` where it is damaged or holds no constants of floats
 */
export async function openGraphDef(path: string, kind: 'graph' | 'saved-model'): Promise<StoredWeights> {
  const { size } = await stat(path);
  if (size > LARGEST_FILE_BYTES) {
    throw unreadable(
      path,
      `A TensorFlow graph is read up to ${LARGEST_FILE_BYTES} bytes; this one has ${size}.`,
      'Use the checkpoint that it was frozen from.',
    );
  }
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadableFile(path, error);
  });
  const explained = (error: unknown): unknown =>
    error instanceof MalformedBytes
      ? unreadable(path, `A TensorFlow graph is complete protobuf; ${error.message}.`, DAMAGED_HINT, error)
      : error;
  try {
    const graphs =
      kind === 'graph' ? [bytes] : (parts(bytes).get(2) ?? []).flatMap((metaGraph) => parts(metaGraph).get(2) ?? []);
    const tensors = listConstants(path, graphs, size);
    if (![...tensors.values()].some(({ isWeight }) => isWeight)) {
      throw unreadable(
        path,
        'A frozen TensorFlow graph holds its weights as constants; this one has none.',
        kind === 'graph'
          ? 'Use the checkpoint of the model, or freeze its variables.'
          : 'Open the folder of the SavedModel, with its variables.',
      );
    }
    return {
      path,
      format: 'tensorflow-graph',
      framework: 'tensorflow',
      files: [path],
      tensors,
      read: (name) => {
        const found = tensors.get(name);
        if (found === undefined) throw noSuchTensor(path, name);
        try {
          return tensorValues(found.message, found.shape, found.dtype);
        } catch (error) {
          throw explained(error);
        }
      },
      close: () => undefined,
    };
  } catch (error) {
    throw explained(error);
  }
}
