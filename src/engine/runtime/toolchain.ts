import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/** What the set-up writes (`scripts/setup`), one file per set of pinned versions; `THAW_TOOLCHAIN` is its path. */
const manifestSchema = z.object({
  schemaVersion: z.literal(1),
  node: z.object({ version: z.string(), executable: z.string(), origin: z.string() }),
  /**
   * `directory` holds `libtensorflow_cc.so.2` or `libtensorflow.so.2`, and `libtensorflow_framework.so.2`.
   * `libraryPaths` (CUDA's folders) must stand in LD_LIBRARY_PATH before a process that loads them starts.
   */
  tensorflow: z
    .object({
      version: z.string(),
      origin: z.string(),
      directory: z.string(),
      libraryPaths: z.array(z.string()).default([]),
    })
    .nullable(),
  binding: z.object({ path: z.string(), compiler: z.string() }).nullable(),
  /** The parts that could not be had, each with a line for every route that was tried. */
  missing: z.array(z.object({ part: z.enum(['tensorflow', 'binding']), reasons: z.array(z.string()) })).default([]),
});

/** The native parts as the set-up left them; a part that could not be had is `null` and told in `missing`. */
export type ToolchainManifest = z.infer<typeof manifestSchema>;

/** The native parts, complete. */
export interface Toolchain {
  readonly node: ToolchainManifest['node'];
  readonly tensorflow: NonNullable<ToolchainManifest['tensorflow']>;
  readonly binding: NonNullable<ToolchainManifest['binding']>;
}

const mend = 'Run `npm run setup`: it fetches what is missing and says what to install when it cannot.';

/**
 * Reads the manifest, which may lack parts: for `thaw doctor`.
 *
 * @throws ThawError `runtime.missing` when there is no manifest, or it cannot be understood
 */
export function readToolchainManifest(): ToolchainManifest {
  const file = process.env['THAW_TOOLCHAIN'];
  if (file === undefined || file === '') {
    throw new ThawError('runtime.missing', 'THAW_TOOLCHAIN must name the set-up manifest, but it is not set.', mend);
  }
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new ThawError('runtime.missing', `The set-up manifest must be readable JSON: ${found}.`, mend, { cause });
  }
  const parsed = manifestSchema.safeParse(content);
  if (!parsed.success) {
    const found = z.prettifyError(parsed.error);
    throw new ThawError('runtime.missing', `${file} must be a set-up manifest of version 1: ${found}.`, mend);
  }
  return parsed.data;
}

/**
 * The complete toolchain that the native session is loaded from.
 *
 * @throws ThawError `runtime.missing` when the manifest is absent or a part could not be had
 */
export function readToolchain(): Toolchain {
  const { node, tensorflow, binding, missing } = readToolchainManifest();
  if (tensorflow === null || binding === null) {
    const reasons = missing.flatMap((part) => part.reasons).join('; ');
    const part = tensorflow === null ? 'TensorFlow' : "TensorFlow's Node binding";
    throw new ThawError(
      'runtime.missing',
      `${part} is needed here, and the set-up could not get it: ${reasons}.`,
      mend,
    );
  }
  return { node, tensorflow, binding };
}
