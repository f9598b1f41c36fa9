import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PIXEL_RANGES } from '../../../shared/contract/models.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { rangeOf, readKept } from '../config/model-record.ts';
import type { Network } from '../layer.ts';
import type { Preprocessing } from '../preprocessing.ts';
import { assertComputable, foreignGraph } from './foreign-graph.ts';

const LARGEST_BYTES = 16 << 20;
/** Of an image's side: more than any published network takes. */
const side = z.int().min(1).max(2048);

const graphRecord = z.strictObject({
  version: z.literal(1),
  /** The name of its file. */
  title: z.string().max(1024),
  graph: foreignGraph,
  height: side,
  width: side,
  pixels: z.enum(PIXEL_RANGES),
  /** What it gives for an image: [features] or [height, width, channels]. */
  shape: z.array(z.int().min(1)).min(1).max(3),
});
/** A graph from elsewhere and how its images are prepared: everything that its network follows from. */
export type GraphRecord = z.infer<typeof graphRecord>;

/**
 * As which it is kept: one text for one graph.
 *
 * @throws ThawError `network.invalid` for a graph beyond bounds, with the first of them
 */
export function graphText(record: GraphRecord): string {
  const parsed = graphRecord.safeParse(record);
  // Parsed, its fields stand in the schema's order.
  if (parsed.success) return `${JSON.stringify(parsed.data)}\n`;
  const [issue] = parsed.error.issues;
  throw new ThawError(
    'network.invalid',
    `A graph is kept within bounds; of this one ${issue?.path.join('.') ?? 'all'} is beyond them: ${issue?.message ?? 'invalid'}.`,
    'Export a smaller model, or choose an output nearer to the image.',
  );
}

const NAME = /^graph_[0-9a-f]{12}$/;
/** Its only layer; a new head goes upon it. */
const LAYER = 'graph';

export function graphName(text: string): string {
  return `graph_${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

export interface OpenedGraph {
  readonly name: string;
  readonly title: string;
  readonly preprocessing: Preprocessing;
  readonly network: Network;
}

/** @throws ThawError `network.invalid` for ops that are not computed here, or a graph beyond bounds */
export function openGraphRecord(record: GraphRecord): OpenedGraph {
  const text = graphText(record);
  if (text.length > LARGEST_BYTES) {
    throw new ThawError(
      'network.invalid',
      `A graph has at most ${LARGEST_BYTES} bytes, its weights apart; this one has ${text.length}.`,
      'Export the model again with its weights as variables or constants of float32.',
    );
  }
  assertComputable(record.graph);
  const name = graphName(text);
  const { height, width, graph, shape, title } = record;
  return {
    name,
    title,
    preprocessing: rangeOf(record.pixels, height, width),
    network: {
      name,
      family: 'graph',
      layers: [
        { kind: 'input', shape: [height, width, 3], name: 'input', inputs: [], block: 'input' },
        { kind: 'foreignGraph', graph, shape, name: LAYER, inputs: ['input'], block: LAYER },
      ],
      output: LAYER,
      pretrained: new Set(['input', LAYER]),
    },
  };
}

const opened = new Map<string, OpenedGraph>();

/** A graph by its name; null for a name of another kind. @throws ThawError as `readKept` */
export function findGraph(name: string): OpenedGraph | null {
  if (!NAME.test(name)) return null;
  const known = opened.get(name);
  if (known) return known;
  const found = openGraphRecord(readKept(name, { what: 'graph', nameOf: graphName, schema: graphRecord }));
  opened.set(name, found);
  return found;
}
