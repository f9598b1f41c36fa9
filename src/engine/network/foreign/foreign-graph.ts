import { z } from 'zod';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { assertAllowed } from './allowed-operations.ts';

/** More than the largest published graphs of images have. */
export const MOST_NODES = 20_000;
const MOST_TENSORS = 10_000;
/** Of one node. */
export const MOST_INPUTS = 1024;
const name = z.string().min(1).max(1024);

const foreignNode = z.strictObject({
  name,
  op: z.string().min(1).max(256),
  /** `node`, or `node:1` for another output than its first. */
  inputs: z.array(name).max(MOST_INPUTS),
  /** Each an `AttrValue`, in base64. */
  attributes: z.record(z.string().min(1).max(256), z.string()),
});

/** A graph of TensorFlow's from elsewhere, from an image to features; what it takes to compute it, its weights apart. */
export const foreignGraph = z.strictObject({
  /** In an order in which each comes after its inputs. */
  nodes: z.array(foreignNode).max(MOST_NODES),
  /** What stands for the images, [batch, height, width, 3]. */
  input: name,
  /** What it gives, float32. */
  output: name,
  /** Constants and variables whose values stay in the file. */
  tensors: z
    .array(z.strictObject({ node: name, shape: z.array(z.int().min(0)).max(8), stored: name }))
    .max(MOST_TENSORS),
});
export type ForeignGraph = z.infer<typeof foreignGraph>;
export type ForeignNode = z.infer<typeof foreignNode>;

/** A reference to an output of a node: `conv`, `conv:0`, `split:1`. */
export function nodeOf(reference: string): string {
  return reference.replace(/:\d+$/, '');
}

/** `conv` is the first output of the node, as `conv:0` is. */
export function outputOf(reference: string): number {
  return Number(/:(\d+)$/.exec(reference)?.[1] ?? 0);
}

/** The name of a weight within its layer; no node's name has a colon. */
export function tensorLeaf(node: string): string {
  return node.replaceAll('/', ':');
}

/**
 * Holds a graph to what is computed here: known ops, each after its inputs.
 *
 * @throws ThawError `network.invalid`
 */
export function assertComputable({ nodes, input, output, tensors }: ForeignGraph): void {
  const known = new Set([nodeOf(input), ...tensors.map(({ node }) => node)]);
  const invalid = (found: string): ThawError =>
    new ThawError(
      'network.invalid',
      `A graph names each node once and uses it after that; ${found}.`,
      'Do not use it.',
    );
  assertAllowed(nodes);
  for (const node of nodes) {
    if (known.has(node.name)) throw invalid(`'${node.name}' is there twice`);
    const missing = node.inputs.find((reference) => !known.has(nodeOf(reference)));
    if (missing !== undefined) throw invalid(`'${node.name}' uses '${missing}' before it is there`);
    known.add(node.name);
  }
  if (!known.has(nodeOf(output))) throw invalid(`its output '${output}' is none of its nodes`);
}
