import { MalformedBytes } from '../byte-reader.ts';
import { parts, textOf, type GraphDef, type GraphFunction, type GraphNode } from './graph-nodes.ts';

const CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall']);
/** Of calls within calls; those of published models have three. */
const DEEPEST = 20;
/** Of an alias that leads to another. */
const LONGEST = 1000;
/** As long as a node's name is kept; each call puts its own before those that it makes. */
const LONGEST_NAME = 1024;
/** Of each node, on the average; large graphs have two. */
const MOST_INPUTS_EACH = 8;
/** Ops whose outputs have names of their own, in their order; of all others they are one list, or one. */
const OUTPUTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['FusedBatchNorm', ['y']],
  ['FusedBatchNormV2', ['y']],
  ['FusedBatchNormV3', ['y']],
]);

/** A graph whose calls were replaced by what they call. */
export interface FlatGraph {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** The node and output that a reference leads to: `node`, or `node:1`. @throws MalformedBytes where it leads nowhere */
  readonly resolve: (reference: string) => string;
}

function plain(reference: string): string {
  return reference.endsWith(':0') ? reference.slice(0, -2) : reference;
}

/** A reference within a function, `node:output:0`, as one within a graph; its arguments are given. */
function withinFunction(
  reference: string,
  prefix: string,
  given: ReadonlyMap<string, string>,
  operations: ReadonlyMap<string, string>,
): string {
  const [node = '', output, index] = reference.split(':');
  if (output === undefined || index === undefined) {
    const argument = given.get(plain(reference));
    if (argument === undefined) throw new MalformedBytes(`a function uses '${reference}', which it was not given`);
    return argument;
  }
  const names = OUTPUTS.get(operations.get(node) ?? '');
  const place = names ? names.indexOf(output) : Number(index);
  if (!(place >= 0)) throw new MalformedBytes(`a function uses '${reference}', which is none of the outputs used here`);
  return plain(`${prefix}${node}:${place}`);
}

/**
 * Replaces every call of a function by the function's own nodes, named after the call: what a SavedModel of TensorFlow 2
 * serves lies in functions alone.
 *
 * @param mostNodes of nodes, calls, and what goes in and out of calls, all together: calls of calls may make nothing, often
 * @throws MalformedBytes for calls that never end, or more than `mostNodes`
 */
export function inlineFunctions({ nodes, functions }: GraphDef, mostNodes: number): FlatGraph {
  const flat = new Map<string, GraphNode>();
  const aliases = new Map<string, string>();
  let made = 0;
  let inputCount = 0;
  const count = (more: number): void => {
    made += more;
    if (made > mostNodes) throw new MalformedBytes(`its calls make more than ${mostNodes} nodes`);
  };
  const add = (node: GraphNode): void => {
    if (flat.has(node.name)) throw new MalformedBytes(`two nodes are called '${node.name}'`);
    flat.set(node.name, node);
  };
  const call = (node: GraphNode, depth: number): void => {
    const name = textOf(
      parts(parts(node.attributes.get('f') ?? new Uint8Array(0)).get(10)?.[0] ?? new Uint8Array(0)).get(1)?.[0],
    );
    const called = functions.get(name);
    if (!called) throw new MalformedBytes(`'${node.name}' calls '${name}', which is not there`);
    if (depth > DEEPEST) throw new MalformedBytes(`'${node.name}' calls deeper than ${DEEPEST} levels`);
    expand(called, node, depth);
  };
  const visit = (node: GraphNode, depth: number): void => {
    count(1);
    if (node.name.length > LONGEST_NAME) {
      throw new MalformedBytes(`the name '${node.name.slice(0, 40)}...' has more than ${LONGEST_NAME} characters`);
    }
    inputCount += node.inputs.length;
    if (inputCount > mostNodes * MOST_INPUTS_EACH) {
      throw new MalformedBytes(`its nodes have more than ${mostNodes * MOST_INPUTS_EACH} inputs`);
    }
    if (CALLS.has(node.op)) call(node, depth);
    else add(node);
  };
  const expand = (called: GraphFunction, { name, inputs }: GraphNode, depth: number): void => {
    count(called.arguments.length + called.results.length);
    const prefix = `${name}/`;
    const given = new Map(called.arguments.map((argument, place) => [argument, inputs[place] ?? '']));
    const operations = new Map(called.nodes.map((node) => [node.name, node.op]));
    const own = (reference: string): string => withinFunction(reference, prefix, given, operations);
    called.results.forEach((reference, place) => aliases.set(plain(`${name}:${place}`), own(reference)));
    for (const node of called.nodes) {
      visit({ ...node, name: `${prefix}${node.name}`, inputs: node.inputs.map(own) }, depth + 1);
    }
  };
  for (const node of nodes) visit(node, 0);
  return {
    nodes: flat,
    resolve: (reference) => {
      let at = plain(reference);
      const passed: string[] = [];
      while (passed.length < LONGEST) {
        const next = aliases.get(at);
        if (next === undefined) {
          // What many ask for is walked once.
          for (const alias of passed) aliases.set(alias, at);
          return at;
        }
        passed.push(at);
        at = plain(next);
      }
      throw new MalformedBytes(`'${reference}' leads in circles`);
    },
  };
}
