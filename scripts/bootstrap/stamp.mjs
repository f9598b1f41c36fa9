import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

const pinsFile = fileURLToPath(new URL('./pins.json', import.meta.url));

/** @returns {typeof import('./pins.json')} every version and checksum that the set-up is tied to */
export function readPins() {
  return JSON.parse(readFileSync(pinsFile, 'utf8'));
}

/** @param {readonly (string | Buffer)[]} contents */
const hash = (contents) => {
  const sum = createHash('sha256');
  for (const content of contents) sum.update(content).update('\0');
  return sum.digest('hex');
};

/**
 * @typedef {object} Manifest
 * @property {1} schemaVersion
 * @property {{ version: string, executable: string, origin: string }} node
 * @property {{ version: string, origin: string, directory: string, libraryPaths: string[] } | null} tensorflow
 * @property {{ path: string, compiler: string } | null} binding
 * @property {{ part: 'tensorflow' | 'binding', reasons: string[] }[]} missing
 * @property {string[]} files what must exist for the manifest to be true
 */

/**
 * @typedef {object} Stamp
 * @property {string} lockHash what the packages of this checkout should be installed from
 * @property {string} packagesStamp the file that says what they were installed from
 * @property {boolean} packagesReady
 * @property {string} manifestFile different pins name different files, so checkouts of different versions share a cache
 * @property {Manifest | null} manifest null when it is absent, unreadable, or names files that are gone
 * @property {boolean} ready nothing is left to do
 */

/**
 * What an earlier set-up left, found without starting a process: this stands before every command.
 *
 * @param {{ root: string, toolchain: string, tensorflowDirectory: string | undefined }} where
 * @returns {Stamp}
 */
export function readStamp({ root, toolchain, tensorflowDirectory }) {
  const lockHash = hash([readFileSync(path.join(root, 'package-lock.json'))]);
  const packagesStamp = path.join(root, 'node_modules', '.thaw-packages');
  const packagesReady = readOrNull(packagesStamp) === lockHash;
  const key = hash([readFileSync(pinsFile), process.platform, process.arch, tensorflowDirectory ?? '']);
  const manifestFile = path.join(toolchain, 'manifest', `${key.slice(0, 16)}.json`);
  const manifest = readManifest(manifestFile);
  const ready = packagesReady && manifest !== null && manifest.missing.length === 0;
  return { lockHash, packagesStamp, packagesReady, manifestFile, manifest, ready };
}

/** @param {string} file @returns {Manifest | null} */
function readManifest(file) {
  const text = readOrNull(file);
  if (text === null) return null;
  try {
    /** @type {Manifest} */
    const manifest = JSON.parse(text);
    return manifest.schemaVersion === 1 && manifest.files.every((needed) => existsSync(needed)) ? manifest : null;
  } catch {
    return null;
  }
}

/** @param {string} file */
function readOrNull(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
