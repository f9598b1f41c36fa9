import path from 'node:path';
import { clientEnvironment } from '../../bootstrap/npm.mjs';
import { projectRoot, readPins } from '../../bootstrap/stamp.mjs';
import type { Context } from '../context.ts';

/** The set-up's context in a script that the bootstrap started. */
export function scriptContext(env: NodeJS.ProcessEnv = process.env): Context {
  const manifest = env['THAW_TOOLCHAIN'] ?? '';
  // `toolchain/manifest/KEY.json`; tests have a cache of their own, but never a toolchain.
  const toolchain = path.dirname(path.dirname(manifest));
  return {
    root: projectRoot,
    toolchain,
    pins: readPins(),
    platform: `${process.platform}-${process.arch}`,
    env: clientEnvironment(toolchain, env),
    say: (line) => void process.stderr.write(`${line}\n`),
  };
}
