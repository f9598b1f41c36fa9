import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { closest } from '../../network/closest.ts';
import { MOST_NODES, nodeOf, type ForeignGraph } from '../../network/foreign/foreign-graph.ts';
import { ByteReader, MalformedBytes } from '../byte-reader.ts';
import { DAMAGED_HINT, regularFileBytes, unreadable, unreadableFile } from '../files.ts';
import type { ListedTensor, StoredWeights } from '../weights-file.ts';
import { numberOf, parts, readGraphDef, textOf, type GraphDef } from './graph-nodes.ts';
import { imageGraph, isWeightConstant, type GraphValues } from './image-graph.ts';
import { inlineFunctions, type FlatGraph } from './inline-functions.ts';
import { tensorMessage } from './tensor-proto.ts';
import { variableKeys } from './variable-keys.ts';

/** What Node reads in one piece, and protobuf's own limit. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;
const FLOAT32 = 1;
const NO_BYTES = new Uint8Array(0);
/** As many names as fit in an error. */
const MOST_NAMED = 8;

/** An input or output of a signature, by the name that its author gave it. */
type Ends = ReadonlyMap<string, string>;

/** A file with a graph in it, its values apart. */
export interface GraphFile {
  readonly file: string;
  readonly kind: 'graph' | 'saved-model';
}

/** What leads from an image to features in a graph from elsewhere. */
export interface ImageGraph {
  readonly title: string;
  readonly graph: ForeignGraph;
  /** Of the images; null where it takes any. */
  readonly height: number | null;
  readonly width: number | null;
}

export interface AskedEnds {
  /** A tensor or node of the graph, or what its signature calls it; found where there is one only. */
  readonly input?: string | undefined;
  readonly output?: string | undefined;
}

function invalid(found: string, hint: string): ThawError {
  return new ThawError('network.invalid', found, hint);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ');
  return names.length > MOST_NAMED ? `${shown}, ... (${names.length})` : shown;
}

/** Sizes of a `TensorShapeProto`; -1 for one that is open. */
function sizesOf(shape: Uint8Array): readonly number[] {
  return (parts(shape).get(2) ?? []).map((dimension) => {
    const reader = new ByteReader(dimension);
    return reader.remaining > 0 && reader.varint() === 8 ? reader.signedVarint() : -1;
  });
}

/** The names of a signature's inputs (1) or outputs (2), and their tensors. */
function endsOf(signature: Uint8Array, number: 1 | 2): Ends {
  return new Map(
    (parts(signature).get(number) ?? []).map((entry) => {
      const fields = parts(entry);
      return [textOf(fields.get(1)?.[0]), textOf(parts(fields.get(2)?.[0] ?? NO_BYTES).get(1)?.[0])];
    }),
  );
}

interface ReadGraph {
  readonly graph: GraphDef;
  readonly inputs: Ends;
  readonly outputs: Ends;
}

/** The graph that a SavedModel serves, and what goes in and out of it. @throws MalformedBytes */
function served(bytes: Uint8Array): ReadGraph {
  const metaGraphs = (parts(bytes).get(2) ?? []).map(parts);
  const tagsOf = (metaGraph: (typeof metaGraphs)[number]): readonly string[] =>
    (parts(metaGraph.get(1)?.[0] ?? NO_BYTES).get(4) ?? []).map(textOf);
  const metaGraph = metaGraphs.find((one) => tagsOf(one).includes('serve')) ?? metaGraphs[0];
  const graph = metaGraph?.get(2)?.[0];
  if (!metaGraph || !graph) throw new MalformedBytes('a SavedModel has no graph');
  const signatures = new Map(
    (metaGraph.get(5) ?? []).map((entry) => {
      const fields = parts(entry);
      return [textOf(fields.get(1)?.[0]), fields.get(2)?.[0] ?? NO_BYTES] as const;
    }),
  );
  const usual = signatures.get('serving_default') ?? [...signatures].find(([name]) => !name.startsWith('__'))?.[1];
  return {
    graph: readGraphDef(graph, 4 * MOST_NODES),
    inputs: endsOf(usual ?? NO_BYTES, 1),
    outputs: endsOf(usual ?? NO_BYTES, 2),
  };
}

/** Of a graph without signature: what waits for a value, and what nobody reads. */
function bareEnds(graph: GraphDef): Pick<ReadGraph, 'inputs' | 'outputs'> {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs.map(nodeOf)));
  const NO_OUTPUT = new Set(['NoOp', 'Assert', 'Const', 'Placeholder', 'SaveV2']);
  const ends = graph.nodes.filter(({ name, op }) => !read.has(name) && !NO_OUTPUT.has(op));
  const waiting = graph.nodes.filter(({ op }) => op === 'Placeholder');
  const named = (nodes: readonly { readonly name: string }[]): Ends => new Map(nodes.map(({ name }) => [name, name]));
  return { inputs: named(waiting), outputs: named(ends) };
}

/** The tensor that is meant: as asked, or the only one. @throws ThawError `network.invalid` */
function chosen(
  what: 'input' | 'output',
  asked: string | undefined,
  ends: Ends,
  { nodes, resolve }: FlatGraph,
): string {
  if (asked !== undefined) {
    const named = ends.get(asked);
    if (named !== undefined) return named;
    if (nodes.has(nodeOf(resolve(asked)))) return asked;
    const near = closest(asked, [...ends.keys(), ...nodes.keys()]);
    throw invalid(
      `The ${what} of a graph is one of its tensors; '${asked}' is none.`,
      near.length > 0
        ? `Did you mean ${near.map((name) => `'${name}'`).join(', ')}?`
        : `It has ${listed([...ends.keys()])}.`,
    );
  }
  const [only, ...others] = ends.values();
  if (only !== undefined && others.length === 0) return only;
  throw invalid(
    only === undefined
      ? `A graph from an image to features has an ${what}; found none.`
      : `A graph has one ${what} that is used; found ${ends.size}: ${listed([...ends.keys()])}.`,
    `Say which, once: \`thaw networks open FILE --${what} NAME\`; windows list the network from then on.`,
  );
}

/** The height and width that an input asks for. @throws ThawError `network.invalid` for what takes no colour images */
function imageSize(input: string, { nodes, resolve }: FlatGraph): Pick<ImageGraph, 'height' | 'width'> {
  const node = nodes.get(nodeOf(resolve(input)));
  const dtype = numberOf(node?.attributes.get('dtype'), 6);
  if (node?.op === 'Placeholder' && dtype !== null && dtype !== FLOAT32) {
    throw invalid(
      `A graph takes images as float32; its input '${input}' is of another type (${dtype} of TensorFlow's).`,
      'Choose as input the tensor after it was decoded or converted.',
    );
  }
  const shape = parts(node?.attributes.get('shape') ?? NO_BYTES).get(7)?.[0];
  const sizes = shape ? sizesOf(shape) : [];
  if (sizes.length === 0) return { height: null, width: null };
  const [batch = -1, height = -1, width = -1, channels = -1] = sizes;
  if (sizes.length !== 4 || ![-1, 3].includes(channels) || batch >= 0) {
    throw invalid(
      `A graph takes images of three channels, any number at once, [-1, height, width, 3]; '${input}' takes [${sizes.join(', ')}].`,
      'Choose another tensor as input, or export the model with an open batch size.',
    );
  }
  return { height: height > 0 ? height : null, width: width > 0 ? width : null };
}

/** The file's weights by the node that stands for each. @throws ThawError `network.invalid` */
function valuesOf(flat: FlatGraph, weights: StoredWeights): GraphValues {
  const constants = new Map<string, { shape: readonly number[]; stored: string }>();
  for (const node of flat.nodes.values()) {
    if (!weights.tensors.has(node.origin) || !isWeightConstant(node)) continue;
    const message = parts(node.attributes.get('value') ?? NO_BYTES).get(8)?.[0] ?? NO_BYTES;
    constants.set(node.name, { shape: tensorMessage(message).shape, stored: node.origin });
  }
  if (weights.format === 'tensorflow-graph') return { constants };
  const byKey = new Map([...weights.tensors].map(([name, tensor]) => [tensor.storedName, [name, tensor] as const]));
  for (const [node, key] of variableKeys(flat)) {
    const [stored, tensor]: readonly [string, ListedTensor] | readonly [] = byKey.get(key) ?? [];
    if (stored === undefined || tensor?.dtype !== 'float32') continue;
    constants.set(node, { shape: tensor.shape, stored });
  }
  return { constants };
}

/**
 * Reads from a graph of TensorFlow's what leads from an image to features. Nothing of it is run.
 *
 * @param weights of the same file, opened
 * @throws ThawError `weights.unreadable` for a damaged file, `network.invalid` for what is not computed here
 */
export async function readImageGraph(
  { file, kind }: GraphFile,
  weights: StoredWeights,
  asked: AskedEnds,
): Promise<ImageGraph> {
  const size = await regularFileBytes(file);
  if (size > LARGEST_FILE_BYTES) {
    throw unreadable(
      file,
      `A TensorFlow graph is read up to ${LARGEST_FILE_BYTES} bytes; this one has ${size}.`,
      'Export the model as a SavedModel, whose variables lie in files of their own.',
    );
  }
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  try {
    const bare = kind === 'graph' ? readGraphDef(bytes, 4 * MOST_NODES) : null;
    const { graph, inputs, outputs } = bare ? { graph: bare, ...bareEnds(bare) } : served(bytes);
    const flat = inlineFunctions(graph, 4 * MOST_NODES);
    const input = chosen('input', asked.input, inputs, flat);
    const output = chosen('output', asked.output, outputs, flat);
    const { height, width } = imageSize(input, flat);
    const ends = { input: flat.resolve(input), output };
    const title = path.basename(kind === 'saved-model' ? path.dirname(file) : file);
    return { title, graph: imageGraph(flat, valuesOf(flat, weights), ends), height, width };
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    throw unreadable(file, `A TensorFlow graph is complete and ends; ${error.message}.`, DAMAGED_HINT, error);
  }
}
