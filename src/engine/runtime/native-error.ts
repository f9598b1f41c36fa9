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
 * What a failed run means.
 *
 * @returns ThawError `runtime.failed` naming the op (whose name holds its layer's), or `disk.full`, `disk.readOnly`
 */
export function explainRunError(signature: string, error: unknown): unknown {
  const { meaning, node } = parse(error);
  const disk = DISK_ERRORS.find(({ pattern }) => pattern.test(meaning));
  if (disk) return explainDiskError(Object.assign(new Error(meaning), { code: disk.code }), `run '${signature}'`);
  const where = node === null ? `'${signature}'` : `'${node}' of '${signature}'`;
  if (/OOM when allocating|RESOURCE_EXHAUSTED|bad_alloc/.test(meaning)) {
    return new ThawError(
      'runtime.failed',
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
