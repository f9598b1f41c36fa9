import { open } from 'node:fs/promises';
import { z } from 'zod';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { LARGEST_SIZE } from '../network/family.ts';

/** The largest network's reference takes 0.2 MB. */
const LARGEST_FILE = 16 * 1024 ** 2;
const MOST_TENSORS = 20_000;
const MOST_CLASSES = 100_000;

const sizes = z.array(z.int().min(0)).max(6);
const name = z.string().min(1).max(500);

/** What a tensor is like, its first values in row-major order. */
const summary = z.object({
  shape: sizes,
  mean: z.number(),
  std: z.number().min(0),
  first: z.array(z.number()).max(64),
});
export type Summary = z.infer<typeof summary>;

const reference = z.object({
  framework: z.enum(['keras', 'torch', 'slim']),
  /** As the framework calls it. */
  network: name,
  /** What the network is fed, in words. */
  input: z.string().max(1000),
  size: z.int().min(1).max(LARGEST_SIZE),
  /** In the framework's layout. */
  tensors: z.array(z.tuple([name, sizes])).max(MOST_TENSORS),
  /** `logits`: the first of each image. */
  output: summary.extend({ logits: z.array(z.array(z.number()).max(MOST_CLASSES)).max(64) }),
  /** Outputs of layers and modules, in the framework's layout. */
  checkpoints: z.record(name, summary),
});
/** A published network's outputs under weights that are filled from the tensors' names. */
export type Reference = z.infer<typeof reference>;

function unreadable(path: string, found: string, cause?: unknown): ThawError {
  return new ThawError(
    'usage.invalid',
    `A reference is a JSON document of a network's tensors and outputs; '${path}' ${found}.`,
    "Name a file that a framework's outputs were written to.",
    { cause },
  );
}

async function readText(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > LARGEST_FILE) throw unreadable(path, `holds ${size} bytes, of at most ${LARGEST_FILE}`);
    // One byte more than a file that does not grow meanwhile has.
    const bytes = Buffer.alloc(size + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.toString('utf8', 0, Math.min(bytesRead, size));
  } finally {
    await file.close();
  }
}

/** @throws ThawError `usage.invalid` for what is no reference, or larger than any */
export async function readReference(path: string): Promise<Reference> {
  let document: unknown;
  try {
    document = JSON.parse(await readText(path));
  } catch (error) {
    if (error instanceof ThawError) throw error;
    throw unreadable(path, error instanceof SyntaxError ? 'is none' : 'cannot be read', error);
  }
  const parsed = reference.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadable(path, `has ${issue?.path.join('.') ?? 'something'} otherwise (${issue?.message ?? 'unknown'})`);
}
