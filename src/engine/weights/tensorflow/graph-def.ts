import { readFile, stat } from 'node:fs/promises';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { MalformedBytes } from '../byte-reader.ts';
import { DTYPE_BYTES, isFloat } from '../dtype.ts';
import { claimedElements, DAMAGED_HINT, noSuchTensor, unreadable, unreadableFile } from '../files.ts';
import type { ListedTensor, StoredWeights } from '../weights-file.ts';
import { constantName, parts, textOf } from './graph-nodes.ts';
import { LARGEST_INLINE_BYTES } from './image-graph.ts';
import { tensorMessage, tensorValues } from './tensor-proto.ts';

/** What Node reads in one piece, and protobuf's own limit. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;
/** One number may stand for all of a constant, but a file that claims far more than its own size is a bomb. */
const LARGEST_EXPANSION = 64;

/** Below what no node may hold itself, its other attributes counted. */
const LEAST_LARGE_BYTES = LARGEST_INLINE_BYTES / 2;

interface Constant extends ListedTensor {
  /** The `TensorProto`. */
  readonly message: Uint8Array;
}

/** Says which file it is whose bytes are not as they must be. */
function explained<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    throw unreadable(path, `A TensorFlow graph is complete protobuf; ${error.message}.`, DAMAGED_HINT, error);
  }
}

/** The `TensorProto` of a `NodeDef` that is a constant, with the node's name; null for other nodes. */
function constantOf(node: Uint8Array): FoundConstant | null {
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

interface FoundConstant {
  readonly name: string;
  readonly tensor: Uint8Array;
}

/** The constants of a `GraphDef` and of its functions. */
function constantsOf(graph: Uint8Array): readonly FoundConstant[] {
  const fields = parts(graph);
  const own = (fields.get(1) ?? []).flatMap((node) => constantOf(node) ?? []);
  const functions = (parts(fields.get(2)?.[0] ?? new Uint8Array(0)).get(1) ?? []).map(parts);
  const inFunctions = functions.flatMap((called) => {
    const name = textOf(parts(called.get(1)?.[0] ?? new Uint8Array(0)).get(1)?.[0]);
    return (called.get(3) ?? []).flatMap((node) => {
      const found = constantOf(node);
      return found ? { name: constantName(name, found.name), tensor: found.tensor } : [];
    });
  });
  return [...own, ...inFunctions];
}

/** The graphs of a SavedModel. */
function graphsOf(savedModel: Uint8Array): readonly Uint8Array[] {
  return (parts(savedModel).get(2) ?? []).flatMap((metaGraph) => parts(metaGraph).get(2) ?? []);
}

/**
 * The large constants beside a SavedModel's variables: weights of the graph alone, no variables of a network.
 *
 * @returns none of a graph that cannot be read, whose variables still can
 */
export async function largeConstants(
  path: string,
): Promise<Pick<StoredWeights, 'read'> & { readonly tensors: ReadonlyMap<string, ListedTensor> }> {
  const { size } = await stat(path);
  let constants: readonly (readonly [string, Constant])[] = [];
  try {
    if (size <= LARGEST_FILE_BYTES && size > LARGEST_INLINE_BYTES) {
      const all = listConstants(path, graphsOf(await readFile(path)), size);
      constants = [...all].filter(
        ([, { dtype, message }]) => dtype === 'float32' && message.length > LEAST_LARGE_BYTES,
      );
    }
  } catch (error) {
    if (!(error instanceof MalformedBytes || error instanceof ThawError)) throw error;
  }
  const tensors = new Map(constants.map(([name, constant]) => [name, { ...constant, isWeight: false }]));
  return {
    tensors,
    read: (name) => {
      const found = tensors.get(name);
      if (found === undefined) throw noSuchTensor(path, name);
      return explained(path, () => tensorValues(found.message, found.shape, found.dtype));
    },
  };
}

function listConstants(path: string, graphs: readonly Uint8Array[], fileBytes: number): ReadonlyMap<string, Constant> {
  const tensors = new Map<string, Constant>();
  let claimed = 0;
  for (const found of graphs.flatMap(constantsOf)) {
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
  return explained(path, () => {
    const graphs = kind === 'graph' ? [bytes] : graphsOf(bytes);
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
        return explained(path, () => tensorValues(found.message, found.shape, found.dtype));
      },
      close: () => undefined,
    };
  });
}
