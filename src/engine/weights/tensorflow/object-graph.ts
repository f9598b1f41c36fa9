import { ByteReader, protobufFields } from '../byte-reader.ts';

/** The tensor in which TensorFlow 2 keeps how the objects of a program hang together. */
export const OBJECT_GRAPH_KEY = '_CHECKPOINTABLE_OBJECT_GRAPH';
/** What of a program's objects is no weight: variables and slots of optimizers, metrics. */
const NO_WEIGHT = /(^|\/)(optimizer|_variables\/\d+|\.OPTIMIZER_SLOT)\/|^keras_api\/metrics\//;
const VALUE_SUFFIX = '/.ATTRIBUTES/VARIABLE_VALUE';

/** What a program called a variable, by the key under which a checkpoint has it. */
export type VariableNames = ReadonlyMap<string, { readonly name: string; readonly isWeight: boolean }>;

/** The one text in a tensor of texts: its length, a checksum of that, its bytes. */
export function onlyText(bytes: Uint8Array): Uint8Array {
  const reader = new ByteReader(bytes);
  const length = reader.varint();
  reader.fixed32();
  return reader.take(length);
}

/** The variable of a `SerializedTensor`: its key and the name that the program gave it. */
function variable(message: Uint8Array): readonly [key: string, name: string] {
  const decoder = new TextDecoder();
  const texts = new Map<number, string>();
  for (const field of protobufFields(message)) {
    if (field.kind === 'bytes') texts.set(field.number, decoder.decode(field.value));
  }
  return [texts.get(3) ?? '', texts.get(2) ?? ''];
}

function variables(graph: Uint8Array): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (const node of protobufFields(graph)) {
    if (node.number !== 1 || node.kind !== 'bytes') continue;
    for (const field of protobufFields(node.value)) {
      if (field.number === 2 && field.kind === 'bytes') found.push(variable(field.value));
    }
  }
  return found;
}

/**
 * The names of the variables of a checkpoint of TensorFlow 2, which keeps each under its place in the program
 * (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/trackable_object_graph.proto).
 * Of a variable that is there twice the first is it.
 *
 * @throws MalformedBytes
 */
export function variableNames(graph: Uint8Array): VariableNames {
  const all = variables(graph);
  const weights = all.filter(([key, name]) => !NO_WEIGHT.test(key) && name.includes('/'));
  const names = new Map<string, { name: string; isWeight: boolean }>();
  const used = new Set<string>();
  for (const [key, name] of all)
    names.set(key, { name: key.replace(VALUE_SUFFIX, ''), isWeight: !NO_WEIGHT.test(key) && !name.includes('/') });
  for (const [key, name] of weights) {
    if (!used.has(name)) names.set(key, { name, isWeight: true });
    used.add(name);
  }
  return names;
}
