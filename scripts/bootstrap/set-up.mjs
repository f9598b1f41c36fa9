import path from 'node:path';
import { endLike, runChild } from './child.mjs';
import { provideNode } from './node-runtime.mjs';
import { clientEnvironment } from './npm.mjs';
import { installPackages } from './packages.mjs';
import { readPins, readStamp } from './stamp.mjs';

const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/**
 * Brings everything that is missing: packages and Node here, TensorFlow and its binding in `scripts/setup`, which that
 * Node already runs.
 *
 * @param {object} place
 * @param {string} place.root
 * @param {string} place.toolchain
 * @param {string | undefined} place.tensorflowDirectory
 * @param {boolean} place.diagnosing go on although TensorFlow or the binding could not be had
 * @returns {Promise<import('./stamp.mjs').Manifest | null>} null when a part could not be had, which has been told
 * @throws SetUpError when packages or Node could not be had
 */
export async function setUp({ root, toolchain, tensorflowDirectory, diagnosing }) {
  const place = { root, toolchain, tensorflowDirectory };
  await installPackages(place, say);
  const before = readStamp(place);
  if (before.ready) return before.manifest;
  const node = await provideNode({ toolchain, pins: readPins(), say });
  const task = JSON.stringify({
    toolchain,
    node,
    manifestFile: before.manifestFile,
    tensorflowDirectory: tensorflowDirectory ?? null,
  });
  const main = path.join(root, 'scripts', 'setup', 'main.ts');
  const end = await runChild(node.executable, ['--use-system-ca', main, task], {
    cwd: root,
    // Node takes proxies from the environment only when told to.
    env: { ...clientEnvironment(toolchain), NODE_USE_ENV_PROXY: '1' },
    // Nothing of a set-up belongs into the output of the command that caused it.
    stdio: ['ignore', 2, 2],
  });
  const after = readStamp(place);
  if (end.code === 0 || (end.code === 1 && diagnosing)) return after.manifest;
  endLike(end);
  return null;
}
