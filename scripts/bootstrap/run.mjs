/**
 * `node scripts/bootstrap/run.mjs [SCRIPT.ts [argument ...]]`: makes sure that everything is set up, then runs SCRIPT
 * on the engine's own Node. Without a script it only sets up, trying again what failed before. It runs on every
 * Node >= 18, and when nothing is left to do it reads five small files and starts the script.
 */
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { endLike, runChild } from './child.mjs';
import { chooseDirectories } from './directories.mjs';
import { libraryEnvironment } from './library-path.mjs';
import { projectRoot, readStamp } from './stamp.mjs';

const [script, ...args] = process.argv.slice(2);
const { env } = process;
const standing = env['INIT_CWD'] || process.cwd();
const directories = chooseDirectories({ env, platform: process.platform, userHome: os.homedir(), standing });
const tensorflowDirectory = env['THAW_TENSORFLOW_DIR'] && path.resolve(standing, env['THAW_TENSORFLOW_DIR']);
const place = { root: projectRoot, toolchain: directories.toolchain, tensorflowDirectory };
const stamp = readStamp(place);
// The doctor must be able to say what is missing, so it runs with what there is.
const diagnosing = args.find((argument) => !argument.startsWith('-')) === 'doctor';
const enough = stamp.ready || (diagnosing && stamp.packagesReady && stamp.manifest !== null);

try {
  const manifest =
    script !== undefined && enough
      ? stamp.manifest
      : await (await import('./set-up.mjs')).setUp({ ...place, diagnosing });
  if (manifest && script !== undefined) {
    mkdirSync(directories.temporary, { recursive: true });
    // Tests and benches bring a workspace of their own; only the program itself may make the user's.
    if (script.startsWith('src/')) mkdirSync(directories.home, { recursive: true, mode: 0o700 });
    const end = await runChild(manifest.node.executable, [script, ...args], {
      cwd: projectRoot,
      env: {
        ...env,
        ...libraryEnvironment(manifest.tensorflow?.libraryPaths ?? [], env),
        INIT_CWD: standing,
        THAW_CACHE: directories.cache,
        THAW_HOME: directories.home,
        THAW_TOOLCHAIN: stamp.manifestFile,
        NODE_COMPILE_CACHE: path.join(directories.toolchain, 'compiled'),
        TMPDIR: directories.temporary,
        TEMP: directories.temporary,
        TMP: directories.temporary,
      },
    });
    endLike(end);
  }
} catch (error) {
  const { tellFailure } = await import('./set-up-error.mjs');
  process.stderr.write(`${tellFailure(error)}\n`);
  process.exitCode = 1;
}
