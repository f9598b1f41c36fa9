import path from 'node:path';
import { findElectron, type ElectronRuntime } from '../../../src/engine/service/electron-runtime.ts';
import { runCommand } from '../../bootstrap/command.mjs';
import { withLock } from '../../bootstrap/lock.mjs';
import { oneLine, SetUpError } from '../../bootstrap/set-up-error.mjs';
import type { Context } from '../context.ts';
import { fromInstaller } from './installer.ts';
import { fromStandIn } from './stand-in.ts';

/** What Chromium stands on, as Debian 12 and Ubuntu 22.04 name it. */
export const DEBIAN_LIBRARIES = [
  'libnss3',
  'libatk1.0-0',
  'libatk-bridge2.0-0',
  'libcups2',
  'libdrm2',
  'libgbm1',
  'libgtk-3-0',
  'libasound2',
  'libxkbcommon0',
  'libxcomposite1',
  'libxdamage1',
  'libxfixes3',
  'libxrandr2',
] as const;

const START_MILLISECONDS = 60_000;

/** Starts it as a plain Node, which needs its libraries but no display. */
async function assertStarts({ executable }: ElectronRuntime, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await runCommand(executable, ['-p', 'process.versions.electron'], {
      env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
      timeoutMilliseconds: START_MILLISECONDS,
    });
  } catch (error) {
    const library = /loading shared libraries: (\S+):/.exec(oneLine(error))?.[1];
    if (library === undefined) throw error;
    throw new SetUpError(
      `Electron needs ${library}, which is not installed.`,
      `Debian and Ubuntu: apt install ${DEBIAN_LIBRARIES.join(' ')}`,
      { cause: error },
    );
  }
}

const routes = [
  { name: 'its own installer', provide: fromInstaller },
  { name: 'stand-in from a wheel', provide: fromStandIn },
] as const;

/**
 * The Electron to start: what is there, else by its own installer, else what stands in for it.
 *
 * @param again tries the installer although something already stands in
 * @throws SetUpError with a line for every route
 */
export async function provideElectron(context: Context, again = false): Promise<ElectronRuntime> {
  const { root, toolchain, env, say } = context;
  return withLock(
    path.join(toolchain, 'electron.lock'),
    'fetching Electron',
    async () => {
      const found = findElectron(root, toolchain);
      const allowed = env['THAW_ELECTRON_FALLBACK'] !== 'never';
      if (found && (!found.standIn || (allowed && !again))) return found;
      const reasons: string[] = [];
      for (const { name, provide } of routes) {
        try {
          const runtime = await provide(context);
          await assertStarts(runtime, env);
          if (runtime.standIn) {
            say(
              'This Electron is past its end of life and loads local content only; `npm run setup` tries for a current one.',
            );
          }
          return runtime;
        } catch (error) {
          if (error instanceof SetUpError) throw error;
          reasons.push(`${name}: ${oneLine(error)}`);
          say(`Not available: Electron by ${name}: ${oneLine(error)}`);
        }
      }
      throw new SetUpError(
        `Electron could not be had:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`,
        'Without it `npm run -s thaw -- serve` gives the same workbench in a browser.',
      );
    },
    say,
  );
}
