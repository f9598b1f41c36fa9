import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

/** The folder of the peers' scripts. */
export const PEERS = path.join(ROOT, 'bench', 'peers');

/** The Python that THAW_PEERS_PYTHON names, else the one that `scripts/peers` has installed; null where it has not. */
export function findPeerPython(): string | null {
  const named = process.env['THAW_PEERS_PYTHON'] ?? '';
  if (named !== '') return named;
  const found = spawnSync(path.join(ROOT, 'scripts', 'peers'), ['path'], { encoding: 'utf8' });
  const python = found.status === 0 ? found.stdout.trim() : '';
  return python === '' ? null : python;
}
