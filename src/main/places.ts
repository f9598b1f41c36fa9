import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The places that the command which starts the desktop names in the environment (`scripts/bootstrap/run.mjs`). */
export interface Places {
  /** The project's folder. */
  readonly root: string;
  /** THAW_HOME */
  readonly home: string;
  /** THAW_CACHE */
  readonly cache: string;
  /** The engine's own Node. */
  readonly node: string;
}

/** @throws Error where Thaw was not started the way that sets them */
export function readPlaces(root: string, env: NodeJS.ProcessEnv): Places {
  const { THAW_HOME: home, THAW_CACHE: cache, THAW_TOOLCHAIN: toolchain } = env;
  if (!home || !cache || !toolchain) throw new Error('Start Thaw with `npm start`, which says where everything lies.');
  const manifest = JSON.parse(readFileSync(toolchain, 'utf8')) as { readonly node: { readonly executable: string } };
  return { root, home, cache, node: manifest.node.executable };
}

/** The version in package.json. */
export function readVersion(root: string): string {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { readonly version: string };
  return manifest.version;
}
