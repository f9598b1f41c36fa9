import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';

/** What the file system's refusals look like in TensorFlow's messages. */
const DISK_ERRORS = [
  { pattern: /No space left on device|Disk quota exceeded/, code: 'ENOSPC' },
  { pattern: /Permission denied|Read-only file system/, code: 'EACCES' },
] as const;

/** The first error of a message, without the addresses that TensorFlow adds; and the node that it came from. */
function parse(error: unknown): { readonly meaning: string; readonly node: string | null } {
  const message = error instanceof Error ? error.message : String(error);
  const node = /\{\{node ([^}]+)\}\}/.exec(message)?.[1] ?? null;
  const meaning = message
    .replace(/^(Session fail to run with error|Failed to load SavedModel): /, '')
    .replace(/^\d+ root error\(s\) found\.\s*\(0\) [A-Z_]+: /, '')
    .replace(/\s*\[\[.*$/s, '')
    .replace(/\{\{(function_)?node [^}]*\}\}\s*/g, '')
    .replace(/ on \/job:\S+ by allocator \S+/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return { meaning, node };
}

/**
 * The layer that an op belongs to: ops are named `<scope>/<layer>/...`, their gradients `gradients/<scope>/<layer>/...`.
 *
 * @param layers by the names that they have in the program; a name may hold slashes
 */
function layerOf(node: string, layers: readonly string[]): string | null {
  const path = `${node.replace(/^gradients\//, '').replace(/^[^/]*\//, '')}/`;
  // The longest name that fits: `mixed/branch` is no op of `mixed`.
  const fitting = layers.filter((layer) => path.startsWith(`${layer}/`));
  return fitting.toSorted((one, other) => other.length - one.length)[0] ?? null;
}

/**
 * What a failed run means.
 *
 * @param layers of the network, for the layer of the op that failed to be named
 * @returns ThawError `runtime.failed` or `memory.full` naming the layer and the op, `training.diverged` for a loss or a
 *   gradient that is no number, `training.checkpoint` for one of another program, `disk.full` or `disk.readOnly`
 */
export function explainRunError(signature: string, error: unknown, layers: readonly string[] = []): unknown {
  const { meaning, node } = parse(error);
  const disk = DISK_ERRORS.find(({ pattern }) => pattern.test(meaning));
  if (disk) return explainDiskError(Object.assign(new Error(meaning), { code: disk.code }), `run '${signature}'`);
  const value = /: Tensor had (NaN|Inf|-Inf|.* and .*) values/.exec(meaning)?.[1];
  if (value !== undefined) {
    return new ThawError(
      'training.diverged',
      `Loss and gradients must stay finite numbers; '${signature}' gave ${value}.`,
      'Lower the learning rate, or look for damaged weights and images.',
      { cause: error },
    );
  }
  const missing = /Key (\S+) not found in checkpoint/.exec(meaning)?.[1];
  if (missing !== undefined) {
    return new ThawError(
      'training.checkpoint',
      `A run goes on from a checkpoint with every tensor and every slot of its optimizer; expected '${missing}', found nothing of that name.`,
      "Put the run's own checkpoint back, or train a new run.",
      { cause: error },
    );
  }
  const op = node === null ? `'${signature}'` : `'${node}' of '${signature}'`;
  const layer = node === null ? null : layerOf(node, layers);
  const where = layer === null ? op : `layer '${layer}' (${op})`;
  if (/OOM when allocating|RESOURCE_EXHAUSTED|bad_alloc|out of memory/i.test(meaning)) {
    return new ThawError(
      'memory.full',
      `The memory must hold a whole batch; it ran out in ${where}: ${meaning}.`,
      'Take a smaller batch (--batch, --batch-eval), freeze more layers, or close other programs.',
      { cause: error },
    );
  }
  return new ThawError(
    'runtime.failed',
    `TensorFlow could not compute ${where}: ${meaning.replace(/\.$/, '')}.`,
    'Check the plan and its files; when they are right, report this message.',
    { cause: error },
  );
}

/** @returns ThawError `graph.invalid` */
export function explainLoadError(directory: string, error: unknown): ThawError {
  const { meaning, node } = parse(error);
  const where = node === null ? '' : ` at '${node}'`;
  return new ThawError(
    'graph.invalid',
    `TensorFlow refused the program in ${directory}${where}: ${meaning.replace(/\.$/, '')}.`,
    'This is a defect of Thaw, or a TensorFlow older than 2.9: see `thaw doctor`.',
    { cause: error },
  );
}
