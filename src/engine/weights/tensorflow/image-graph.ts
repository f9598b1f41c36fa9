import { assertAllowed } from '../../network/foreign/allowed-operations.ts';
import {
  MOST_INPUTS,
  MOST_NODES,
  nodeOf,
  outputOf,
  type ForeignGraph,
  type ForeignNode,
} from '../../network/foreign/foreign-graph.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { MalformedBytes } from '../byte-reader.ts';
import { numberOf, parts, type GraphNode } from './graph-nodes.ts';
import type { FlatGraph } from './inline-functions.ts';
import { tensorMessage } from './tensor-proto.ts';

/** Of a constant that stays within the graph: sizes, axes, factors. */
export const LARGEST_INLINE_BYTES = 64 << 10;
/** Of names and attributes of all nodes together, before they are written as text: a call writes its constants each time. */
const LARGEST_GRAPH_BYTES = 12 << 20;
const FLOAT32 = 1;
const NO_BYTES = new Uint8Array(0);

const VARIABLES: ReadonlySet<string> = new Set(['VarHandleOp', 'VariableV2', 'Variable']);
/** What gives its first input, or stands in for a feed that nobody needs to give. */
const PASSES: ReadonlySet<string> = new Set(['ReadVariableOp', 'PlaceholderWithDefault', 'CheckNumerics']);

/** What a graph takes its values from. */
export interface GraphValues {
  /** The weights in the file by the node that stands for them, and the name under which the file lists each. */
  readonly constants: ReadonlyMap<string, { readonly shape: readonly number[]; readonly stored: string }>;
}

function refuse(found: string, hint: string): ThawError {
  return new ThawError('network.invalid', found, hint);
}

/** @throws ThawError `network.invalid` for a BatchNorm that looks at the other images of its batch */
function assertInference({ name, op, attributes }: GraphNode): void {
  if (!op.startsWith('FusedBatchNorm') || numberOf(attributes.get('is_training'), 5) === 0) return;
  // Left out it means true; written, false is left out of the message's own fields too.
  if (attributes.has('is_training') && numberOf(attributes.get('is_training'), 5) === null) return;
  throw refuse(
    `A graph gives an image's features whatever else is in its batch; '${name}' normalises by the batch, as while training.`,
    'Export the model for inference.',
  );
}

/** @throws ThawError `network.invalid` for a constant whose values would not come through: texts, complex numbers */
function assertNumbers({ name, op, attributes }: GraphNode): void {
  if (op !== 'Const') return;
  const message = parts(attributes.get('value') ?? NO_BYTES).get(8)?.[0] ?? NO_BYTES;
  if (tensorMessage(message).dtype !== null) return;
  throw refuse(
    `Constants of a graph are real numbers; '${name}' is of another type.`,
    'Choose as output a tensor that does not depend on it.',
  );
}

/** Writes nodes for a record, which only holds so much. */
function nodeWriter(): (node: GraphNode, inputs: readonly string[]) => ForeignNode {
  let total = 0;
  let count = 0;
  return (node, inputs) => {
    const attributes = [...node.attributes].filter(([key]) => !key.startsWith('_'));
    const bytes = attributes.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
    if (bytes > LARGEST_INLINE_BYTES) {
      throw refuse(
        `A node of a graph has at most ${LARGEST_INLINE_BYTES} bytes beside float32 weights; '${node.name}' (${node.op}) has ${bytes}.`,
        'Export the model in float32.',
      );
    }
    total += bytes + node.name.length + node.op.length + inputs.reduce((sum, input) => sum + input.length, 0);
    if (total > LARGEST_GRAPH_BYTES) {
      throw refuse(
        `The nodes of a graph have at most ${LARGEST_GRAPH_BYTES} bytes, its weights apart; '${node.name}' goes beyond.`,
        'Export the model with its weights as variables or constants of float32.',
      );
    }
    count += 1;
    if (count > MOST_NODES) {
      throw refuse(
        `What leads from an image to features has at most ${MOST_NODES} nodes; this graph has more.`,
        'Choose an output nearer to the image, or export a smaller model.',
      );
    }
    return {
      name: node.name,
      op: node.op,
      inputs: [...inputs],
      attributes: Object.fromEntries(attributes.map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
    };
  };
}

/**
 * What of a graph leads from an input to an output, in an order in which each node comes after its inputs.
 *
 * @throws ThawError `network.invalid`, naming the node, for what is not computed here; MalformedBytes for a circle
 */
export function imageGraph(
  { nodes, resolve }: FlatGraph,
  { constants }: GraphValues,
  ends: { readonly input: string; readonly output: string },
): ForeignGraph {
  const ordered: ForeignNode[] = [];
  const tensors = new Map<string, ForeignGraph['tensors'][number]>();
  /** Where what is passed on comes from. */
  const followed = new Map<string, string>();
  const write = nodeWriter();
  const state = new Map<string, 'open' | 'done'>([[nodeOf(ends.input), 'done']]);
  const found = (reference: string): GraphNode => {
    const node = nodes.get(nodeOf(reference));
    if (node) return node;
    throw new MalformedBytes(`it uses '${reference}', which is none of its nodes`);
  };
  /** The output that a reference leads to, past what only passes it on. */
  const follow = (reference: string): string => {
    let at = resolve(reference);
    const passed: string[] = [];
    while (passed.length <= nodes.size) {
      const known = followed.get(at);
      const node = found(at);
      const passes = PASSES.has(node.op) ? 0 : node.op === 'IdentityN' ? outputOf(at) : -1;
      if (known !== undefined || passes === -1 || nodeOf(at) === nodeOf(ends.input)) {
        const end = known ?? at;
        for (const one of passed) followed.set(one, end);
        return end;
      }
      passed.push(at);
      at = resolve(node.inputs[passes] ?? '');
    }
    throw new MalformedBytes(`'${reference}' leads in circles`);
  };
  /** What a node takes. @throws ThawError for more than any op does, or what its input's node gives beside the image */
  const inputsOf = ({ name, inputs }: GraphNode): readonly string[] => {
    if (inputs.length > MOST_INPUTS) {
      throw refuse(
        `A node of a graph has at most ${MOST_INPUTS} inputs; '${name}' has ${inputs.length}.`,
        'Choose as output a tensor that does not depend on it.',
      );
    }
    const references = inputs.map(follow);
    const beside = references.find(
      (reference) => nodeOf(reference) === nodeOf(ends.input) && outputOf(reference) !== outputOf(ends.input),
    );
    if (beside === undefined) return references;
    throw refuse(
      `Features follow from the image alone; '${name}' takes '${beside}' beside the image, '${ends.input}'.`,
      'Choose as input a tensor that all of it follows from.',
    );
  };
  /** All that an output depends on, down to the image and the weights. */
  const computedNodes = (from: string): readonly GraphNode[] => {
    const needed = new Set<GraphNode>();
    const waiting = [from];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const node = found(at);
      if (needed.has(node) || state.has(node.name) || constants.has(node.name) || VARIABLES.has(node.op)) continue;
      needed.add(node);
      for (const input of inputsOf(node)) waiting.push(input);
    }
    return [...needed];
  };
  const output = follow(ends.output);
  assertAllowed(computedNodes(output));
  const stack = [nodeOf(output)];
  for (let name = stack.at(-1); name !== undefined; name = stack.at(-1)) {
    if (state.get(name) === 'done') {
      stack.pop();
      continue;
    }
    const node = found(name);
    const constant = constants.get(name);
    if (constant) {
      tensors.set(name, { node: name, shape: [...constant.shape], stored: constant.stored });
      state.set(name, 'done');
      stack.pop();
      continue;
    }
    if (VARIABLES.has(node.op)) {
      throw refuse(
        `Every variable of a graph has its value in the file; '${name}' has none.`,
        'Open the folder of the SavedModel as it was exported, with its variables.',
      );
    }
    assertInference(node);
    assertNumbers(node);
    const inputs = inputsOf(node);
    const waiting = inputs.map(nodeOf).filter((input) => state.get(input) !== 'done');
    if (waiting.length === 0) {
      ordered.push(write(node, inputs));
      state.set(name, 'done');
      stack.pop();
      continue;
    }
    const circle = waiting.find((input) => state.get(input) === 'open');
    if (circle !== undefined) throw new MalformedBytes(`'${circle}' depends on itself`);
    state.set(name, 'open');
    for (const input of waiting) stack.push(input);
  }
  const usesInput = ordered.some(({ inputs }) => inputs.some((reference) => nodeOf(reference) === nodeOf(ends.input)));
  if (!usesInput) {
    throw refuse(
      `Features follow from the image; '${ends.output}' does not depend on '${ends.input}'.`,
      'Choose others as input and output.',
    );
  }
  return { nodes: ordered, input: ends.input, output, tensors: [...tensors.values()] };
}

/** Whether a constant is a weight whose values stay in the file: several numbers in float32. */
export function isWeightConstant(node: GraphNode): boolean {
  if (node.op !== 'Const') return false;
  const message = parts(node.attributes.get('value') ?? NO_BYTES).get(8)?.[0];
  return message !== undefined && numberOf(message, 1) === FLOAT32 && tensorMessage(message).shape.length > 0;
}
