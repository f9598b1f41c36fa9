/**
 * Brings TensorFlow and its Node binding and writes the manifest that names them. Run by `scripts/bootstrap`, on the
 * Node and with the packages that it brought.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { withLock } from '../bootstrap/lock.mjs';
import { clientEnvironment } from '../bootstrap/npm.mjs';
import { tellFailure } from '../bootstrap/set-up-error.mjs';
import { projectRoot, readPins, readStamp } from '../bootstrap/stamp.mjs';
import type { Context } from './context.ts';
import { provideNativeParts, remedy, routesFor } from './native-parts.ts';

const taskSchema = z.object({
  toolchain: z.string(),
  manifestFile: z.string(),
  node: z.object({ version: z.string(), executable: z.string(), origin: z.string() }),
  tensorflowDirectory: z.string().nullable(),
});

async function main(): Promise<void> {
  const { toolchain, manifestFile, node, tensorflowDirectory } = taskSchema.parse(JSON.parse(process.argv[2] ?? ''));
  const context: Context = {
    root: projectRoot,
    toolchain,
    pins: readPins(),
    platform: `${process.platform}-${process.arch}`,
    env: clientEnvironment(toolchain),
    say: (line) => void process.stderr.write(`${line}\n`),
  };
  await withLock(path.join(toolchain, 'tensorflow.lock'), 'fetching TensorFlow', async () => {
    const place = { root: projectRoot, toolchain, tensorflowDirectory: tensorflowDirectory ?? undefined };
    if (readStamp(place).ready) return;
    const parts = await provideNativeParts(routesFor(tensorflowDirectory), context);
    const manifest = { schemaVersion: 1, node, ...parts, files: [node.executable, ...parts.files] };
    mkdirSync(path.dirname(manifestFile), { recursive: true });
    writeFileSync(`${manifestFile}.part`, `${JSON.stringify(manifest, null, 2)}\n`);
    renameSync(`${manifestFile}.part`, manifestFile);
    const { tensorflow, binding } = parts;
    if (tensorflow === null || binding === null) {
      const lines = parts.missing.flatMap(({ reasons }) => reasons.map((reason) => `  - ${reason}`));
      context.say(`TensorFlow could not be set up:\n${lines.join('\n')}\n${remedy}`);
      process.exitCode = 1;
      return;
    }
    context.say(
      `Set up: Node ${node.version}, TensorFlow ${tensorflow.version} (${tensorflow.origin}), binding compiled by ${binding.compiler}.`,
    );
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${tellFailure(error)}\n`);
  process.exitCode = 1;
});
