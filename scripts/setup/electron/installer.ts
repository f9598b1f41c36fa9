import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../../bootstrap/command.mjs';
import { findElectron, type ElectronRuntime } from '../../../src/engine/service/electron-runtime.ts';
import type { Context } from '../context.ts';

/** Longer than a slow line takes for its 110 MB; one without an answer ends much sooner by itself. */
const INSTALL_MILLISECONDS = 30 * 60_000;

/**
 * Runs the installer of the npm package `electron`, which npm does not: it downloads the release from its publisher, or
 * from where `ELECTRON_MIRROR` says, and checks it against the sums in the package.
 */
export async function fromInstaller({ root, toolchain, env, say }: Context): Promise<ElectronRuntime> {
  const folder = path.join(root, 'node_modules', 'electron');
  const script = path.join(folder, 'install.js');
  if (!existsSync(script)) throw new Error('the package electron is not installed');
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  say(`Fetching Electron ${version} by its own installer (about 110 MB) ...`);
  // It prints the stack of what went wrong, of which the first line is for people.
  await runCommand(process.execPath, ['--use-system-ca', '--stack-trace-limit=0', script], {
    cwd: root,
    env: { ...env, NODE_USE_ENV_PROXY: '1', electron_config_cache: path.join(toolchain, 'electron', 'releases') },
    timeoutMilliseconds: INSTALL_MILLISECONDS,
  });
  const found = findElectron(root, toolchain);
  if (found === null || found.standIn) throw new Error('the installer ended without leaving a program');
  return found;
}
