/**
 * `npm run build`: bundles the window, Electron's main process and its preload into `out/`. With `--if-stale` only where
 * the sources changed since.
 */
import path from 'node:path';
import { build } from 'electron-vite';
import { withLock } from './bootstrap/lock.mjs';
import { projectRoot } from './bootstrap/stamp.mjs';
import { buildWithStamp, isFresh } from './build/freshness.ts';

const onlyIfStale = process.argv.includes('--if-stale');

await withLock(path.join(projectRoot, 'out.lock'), 'building the window', async () => {
  if (onlyIfStale && isFresh(projectRoot)) return;
  if (onlyIfStale) process.stderr.write('Building the window, which takes a few seconds ...\n');
  await buildWithStamp(projectRoot, () => build({ root: projectRoot, logLevel: onlyIfStale ? 'warn' : 'info' }));
});
