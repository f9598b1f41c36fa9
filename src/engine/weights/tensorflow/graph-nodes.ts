import { MalformedBytes, protobufFields } from '../byte-reader.ts';

/** The fields of a message that are messages or texts, by number; of those that repeat, all. */
export function parts(message: Uint8Array): ReadonlyMap<number, readonly Uint8Array[]> {
  const found = new Map<number, Uint8Array[]>();
  for (const field of protobufFields(message)) {
    if (field.kind !== 'bytes') continue;
    const same = found.get(field.number);
    if (same) same.push(field.value);
    else found.set(field.number, [field.value]);
  }
  return found;
}

const decoder = new TextDecoder();
export const textOf = (bytes: Uint8Array | undefined): string => decoder.decode(bytes ?? new Uint8Array(0));

/** A `NodeDef`. */
export interface GraphNode {
  readonly name: string;
  /** Where it stands in the file, see `constantName`: a function's nodes have one, however often it is called. */
  readonly origin: string;
  readonly op: string;
  /** Without those that only have to run before. */
  readonly inputs: readonly string[];
  /** Each an `AttrValue`. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}

/** A `FunctionDef`. */
export interface GraphFunction {
  readonly arguments: readonly string[];
  readonly nodes: readonly GraphNode[];
  /** References within the function, in the order of its outputs. */
  readonly results: readonly string[];
}

export interface GraphDef {
  readonly nodes: readonly GraphNode[];
  readonly functions: ReadonlyMap<string, GraphFunction>;
}

/** An entry of a map: its key, and its value. */
function entries(messages: readonly Uint8Array[] | undefined): readonly (readonly [string, Uint8Array])[] {
  return (messages ?? []).map((message) => {
    const entry = parts(message);
    return [textOf(entry.get(1)?.[0]), entry.get(2)?.[0] ?? new Uint8Array(0)] as const;
  });
}

/** The number of an `AttrValue`'s field; null where it is not there. */
export function numberOf(attribute: Uint8Array | undefined, number: number): number | null {
  for (const field of protobufFields(attribute ?? new Uint8Array(0))) {
    if (field.number === number && field.kind === 'number') return field.value;
  }
  return null;
}

/** More than TensorFlow itself makes of names, and of references to them. */
const LONGEST_NAME_BYTES = 4096;

function nameOf(bytes: Uint8Array | undefined): string {
  if (bytes && bytes.length > LONGEST_NAME_BYTES) {
    throw new MalformedBytes(`a name has ${bytes.length} bytes, more than ${LONGEST_NAME_BYTES}`);
  }
  return textOf(bytes);
}

/** Under which a file lists a constant of a function; those of the graph itself have their own names. */
export function constantName(functionName: string | null, node: string): string {
  return functionName === null ? node : `${functionName}:${node}`;
}

function nodeOfMessage(message: Uint8Array, functionName: string | null): GraphNode {
  const fields = parts(message);
  const name = nameOf(fields.get(1)?.[0]);
  const inputs = (fields.get(3) ?? []).map(nameOf).filter((reference) => !reference.startsWith('^'));
  return {
    name,
    origin: constantName(functionName, name),
    op: nameOf(fields.get(2)?.[0]),
    inputs,
    attributes: new Map(entries(fields.get(5))),
  };
}

function functionOf(message: Uint8Array): readonly [name: string, GraphFunction] {
  const fields = parts(message);
  const signature = parts(fields.get(1)?.[0] ?? new Uint8Array(0));
  const argumentNames = (number: number): string[] =>
    (signature.get(number) ?? []).map((argument) => nameOf(parts(argument).get(1)?.[0]));
  const functionName = nameOf(signature.get(1)?.[0]);
  const results = new Map(entries(fields.get(4)).map(([name, reference]) => [name, nameOf(reference)]));
  return [
    functionName,
    {
      arguments: argumentNames(2),
      nodes: (fields.get(3) ?? []).map((node) => nodeOfMessage(node, functionName)),
      results: argumentNames(3).map((name) => results.get(name) ?? ''),
    },
  ];
}

/**
 * A `GraphDef` with its functions
 * (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/graph.proto, function.proto).
 *
 * @throws MalformedBytes for more nodes than any graph of images has
 */
export function readGraphDef(message: Uint8Array, mostNodes: number): GraphDef {
  const fields = parts(message);
  const messages = fields.get(1) ?? [];
  const library = parts(fields.get(2)?.[0] ?? new Uint8Array(0)).get(1) ?? [];
  const functions = new Map(library.map(functionOf));
  const count = messages.length + [...functions.values()].reduce((sum, { nodes }) => sum + nodes.length, 0);
  if (count > mostNodes)
    throw new MalformedBytes(`${count} nodes are more than the ${mostNodes} of the largest networks`);
  return { nodes: messages.map((node) => nodeOfMessage(node, null)), functions };
}
