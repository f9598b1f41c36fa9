/**
 * `npm start` and `npm run dev`: the desktop program, built where it is stale, with the Electron that can be had. With no
 * display or no Electron it says so and serves the same workbench to a browser. What follows is passed on.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { endLike, runChild } from './bootstrap/child.mjs';
import { SetUpError } from './bootstrap/set-up-error.mjs';
import { projectRoot } from './bootstrap/stamp.mjs';
import { packageProgram } from './package-program.ts';
import { scriptContext } from './setup/electron/context.ts';
import { provideElectron } from './setup/electron/provide.ts';
import { hasDisplay, sandboxArguments } from './start/surroundings.ts';
import type { ElectronRuntime } from '../src/engine/service/electron-runtime.ts';

const DEVELOPMENT = '--dev';
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function build(): Promise<void> {
  const script = path.join(projectRoot, 'scripts/build.ts');
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, [script, '--if-stale'], { cwd: projectRoot, stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new SetUpError('The window must be built, and that failed.', 'What it printed says why.');
}

async function serveInstead(why: string, given: readonly string[]): Promise<void> {
  say(`${why} The workbench is served to a browser instead.`);
  const main = path.join(projectRoot, 'src/cli/main.ts');
  endLike(await runChild(process.execPath, [main, 'serve', ...given], { cwd: projectRoot }));
}

async function start({ executable }: ElectronRuntime, given: readonly string[]): Promise<void> {
  await build();
  // Chromium complains of every bus and driver that a machine lacks; what matters here, Thaw tells itself.
  const parameters = [...sandboxArguments(), '--log-level=3', projectRoot, ...given];
  endLike(await runChild(executable, parameters, { cwd: projectRoot }));
}

async function develop({ executable }: ElectronRuntime): Promise<void> {
  const root = sandboxArguments().length > 0;
  endLike(
    await runChild(process.execPath, [packageProgram('electron-vite'), 'dev', '--watch'], {
      cwd: projectRoot,
      env: { ...process.env, ELECTRON_EXEC_PATH: executable, ...(root && { NO_SANDBOX: '1' }) },
    }),
  );
}

async function main(): Promise<void> {
  const given = process.argv.slice(2).filter((argument) => argument !== DEVELOPMENT);
  if (!hasDisplay(process.env, process.platform)) {
    await serveInstead('There is no display here (DISPLAY and WAYLAND_DISPLAY are not set).', given);
    return;
  }
  let electron: ElectronRuntime;
  try {
    electron = await provideElectron(scriptContext());
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    await serveInstead(error.message, given);
    return;
  }
  await (process.argv.includes(DEVELOPMENT) ? develop(electron) : start(electron, given));
}

main().catch((error: unknown) => {
  say(error instanceof SetUpError ? `${error.message}\n${error.hint}` : String(error));
  process.exitCode = 1;
});
