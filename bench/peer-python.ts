import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

/** The folder of the peers' scripts. */
export const PEERS = path.join(ROOT, 'bench', 'peers');

/** The Python that `scripts/peers` has installed; null where it has not. */
export function findPeerPython(): string | null {
  const found = spawnSync(path.join(ROOT, 'scripts', 'peers'), ['path'], { encoding: 'utf8' });
  const python = found.status === 0 ? found.stdout.trim() : '';
  return python === '' ? null : python;
}
