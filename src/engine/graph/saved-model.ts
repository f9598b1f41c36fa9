import { assertNever, ThawError } from '../../shared/errors/thaw-error.ts';
import type { Attribute, TensorValue } from './attribute.ts';
import { DATA_TYPE_NUMBERS } from './data-type.ts';
import { functionMessage, type GraphFunction } from './graph-function.ts';
import type { Graph, Operation, Tensor } from './graph.ts';
import {
  decodeAttribute,
  encodeGraphMessage,
  encodeSavedModelMessage,
  encodeSavedModelOfBytes,
  type AttributeMessage,
  type GraphMessage,
  type NodeMessage,
  type ShapeMessage,
  type SignatureMessage,
  type TensorInformationMessage,
  type TensorMessage,
} from './messages.ts';

/** One use of a program: what it is fed and what it gives, by the names its callers use. */
export interface Signature {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** The version of TensorFlow 2.9's graphs, the oldest runtime that Thaw takes; every later one reads them. */
const PRODUCER = 1087;

const shapeMessage = (sizes: readonly number[]): ShapeMessage => ({ dim: sizes.map((size) => ({ size })) });

function tensorMessage({ dtype, shape, values }: TensorValue): TensorMessage {
  const message = { dtype: DATA_TYPE_NUMBERS[dtype], tensorShape: shapeMessage(shape) };
  if (values instanceof Float32Array && values.length === 1) return { ...message, floatVal: [...values] };
  if (values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array) {
    // Only the typed fields may hold one value for a whole tensor.
    if (values.length === 1) return { ...message, intVal: [...values] };
    return { ...message, tensorContent: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
  }
  return { ...message, stringVal: values };
}

function attributeMessage(attribute: Attribute): AttributeMessage {
  switch (attribute.kind) {
    case 'type':
      return { type: DATA_TYPE_NUMBERS[attribute.value] };
    case 'types':
      return { list: { type: attribute.value.map((value) => DATA_TYPE_NUMBERS[value]) } };
    case 'int':
      return { i: attribute.value };
    case 'ints':
      return { list: { i: attribute.value } };
    case 'float':
      return { f: attribute.value };
    case 'bool':
      return { b: attribute.value };
    case 'text':
      return { s: new TextEncoder().encode(attribute.value) };
    case 'shape':
      return { shape: shapeMessage(attribute.value) };
    case 'shapes':
      return { list: { shape: attribute.value.map(shapeMessage) } };
    case 'function':
      return { func: { name: attribute.value } };
    case 'tensor':
      return { tensor: tensorMessage(attribute.value) };
    case 'encoded':
      return decodeAttribute(attribute.value);
    default:
      return assertNever(attribute);
  }
}

function nodeMessage(operation: Operation): NodeMessage {
  const attr: Record<string, AttributeMessage> = {};
  for (const [name, attribute] of Object.entries(operation.attributes)) attr[name] = attributeMessage(attribute);
  return {
    name: operation.name,
    op: operation.op,
    input: [...operation.inputs.map(({ name }) => name), ...operation.controls.map((name) => `^${name}`)],
    ...(operation.device === 'cpu' && { device: '/device:CPU:0' }),
    attr,
  };
}

function graphMessage(graph: Graph, functions: readonly GraphFunction[] = []): GraphMessage {
  return {
    node: graph.operations.map(nodeMessage),
    ...(functions.length > 0 && {
      library: { function: functions.map((one) => functionMessage(one, nodeMessage)) },
    }),
    versions: { producer: PRODUCER },
  };
}

function information(tensors: Readonly<Record<string, Tensor>>): Record<string, TensorInformationMessage> {
  return Object.fromEntries(
    Object.entries(tensors).map(([key, { name, dtype, shape }]) => [
      key,
      { name, dtype: DATA_TYPE_NUMBERS[dtype], tensorShape: shapeMessage(shape) },
    ]),
  );
}

function signatureMessage(name: string, { inputs, outputs }: Signature, graph: Graph | null): SignatureMessage {
  for (const tensor of [...Object.values(inputs), ...Object.values(outputs)]) graph?.producer(tensor);
  if (Object.keys(outputs).length === 0) {
    throw new ThawError(
      'graph.invalid',
      `Signature '${name}' needs an output to fetch; it has none.`,
      'Fetch a group of the operations that it is to run.',
    );
  }
  return { inputs: information(inputs), outputs: information(outputs), methodName: 'tensorflow/serving/predict' };
}

/**
 * A program as the bytes of `saved_model.pb` (tag `serve`), with a signature for each of its uses.
 *
 * @param functions that attributes of the graph name
 * @throws ThawError `graph.invalid` for a signature with a tensor of another graph, or without outputs
 */
export function encodeSavedModel(
  graph: Graph,
  signatures: Readonly<Record<string, Signature>>,
  functions: readonly GraphFunction[] = [],
): Uint8Array {
  return encodeSavedModelMessage({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: ['serve'] },
        graphDef: graphMessage(graph, functions),
        signatureDef: Object.fromEntries(
          Object.entries(signatures).map(([name, signature]) => [name, signatureMessage(name, signature, graph)]),
        ),
      },
    ],
  });
}

/** A graph alone, as the bytes of a `tensorflow.GraphDef`: what a frozen `.pb` file holds. */
export function encodeGraph(graph: Graph): Uint8Array {
  return encodeGraphMessage(graphMessage(graph));
}

/**
 * The graph of a `.pb` file as the bytes of a `saved_model.pb`, so that a session can load it.
 *
 * @param graph a `tensorflow.GraphDef`
 * @param signatures of tensors that the graph has, by their names
 */
export function wrapGraph(graph: Uint8Array, signatures: Readonly<Record<string, Signature>>): Uint8Array {
  return encodeSavedModelOfBytes({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: ['serve'] },
        graphDef: graph,
        signatureDef: Object.fromEntries(
          Object.entries(signatures).map(([name, signature]) => [name, signatureMessage(name, signature, null)]),
        ),
      },
    ],
  });
}
