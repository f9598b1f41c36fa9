import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { runNpm } from './npm.mjs';
import { duration } from './progress.mjs';
import { SetUpError, oneLine } from './set-up-error.mjs';
import { readStamp } from './stamp.mjs';

const lineEveryMilliseconds = 5000;

/**
 * Installs what package-lock.json names into node_modules, unless it is there. Install scripts stay off: none is
 * needed, and one of them downloads from a place that many machines cannot reach.
 *
 * @param {{ root: string, toolchain: string, tensorflowDirectory: string | undefined }} place
 * @param {(line: string) => void} say
 */
export async function installPackages(place, say) {
  if (readStamp(place).packagesReady) return;
  await withLock(path.join(place.root, '.packages.lock'), `installing packages in ${place.root}`, async () => {
    const { packagesReady, packagesStamp, lockHash } = readStamp(place);
    if (packagesReady) return;
    if (!isInstalled(place.root)) await install(place, say);
    writeFileSync(`${packagesStamp}.part`, lockHash);
    renameSync(`${packagesStamp}.part`, packagesStamp);
  });
}

/** @param {{ root: string, toolchain: string }} place @param {(line: string) => void} say */
async function install({ root, toolchain }, say) {
  const count = Object.keys(readPackages(path.join(root, 'package-lock.json')) ?? {}).length;
  say(`Installing ${count} packages with npm ...`);
  const began = performance.now();
  const elapsed = () => duration((performance.now() - began) / 1000);
  const timer = setInterval(() => say(`Installing ${count} packages: ${elapsed()} so far`), lineEveryMilliseconds);
  try {
    await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { toolchain, cwd: root, show: true });
  } catch (error) {
    throw new SetUpError(
      `The packages could not be installed: ${oneLine(error)}.`,
      'Check that npm reaches its registry (`npm ping`), then run the command again: what was fetched is kept.',
    );
  } finally {
    clearInterval(timer);
  }
  say(`Installed ${count} packages in ${elapsed()}.`);
}

/**
 * Whether npm's own record of node_modules says what the lock file wants: so an `npm install` by hand counts, and is
 * not thrown away.
 *
 * @param {string} root
 */
function isInstalled(root) {
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const found = readPackages(path.join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null || found === null) return false;
  return Object.entries(wanted).every(
    ([place, entry]) =>
      place === '' ||
      ((found[place] === undefined
        ? entry.optional === true || entry.peer === true
        : found[place].version === entry.version && found[place].integrity === entry.integrity) &&
        (found[place] === undefined || existsSync(path.join(root, place)))),
  );
}

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, peer?: boolean }} LockedPackage
 * @param {string} lockFile
 * @returns {Record<string, LockedPackage> | null}
 */
function readPackages(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return null;
  }
}
