import { mkdirSync, rmSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command.mjs';
import { checkFile, download } from './download.mjs';
import { oneLine } from './set-up-error.mjs';

/**
 * The environment of the npm and pip that the set-up starts: registries, proxies and certificates stay as the user set
 * them, while caches, logs and temporary files go below the toolchain.
 *
 * @param {string} toolchain
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function clientEnvironment(toolchain, env = process.env) {
  const temporary = path.join(toolchain, 'temporary');
  mkdirSync(temporary, { recursive: true });
  return {
    ...env,
    // `npm run -s` hands its silence down, and then a failing install would say nothing.
    npm_config_loglevel: 'error',
    npm_config_cache: path.join(toolchain, 'npm'),
    npm_config_logs_dir: path.join(toolchain, 'npm', '_logs'),
    npm_config_update_notifier: 'false',
    PIP_CACHE_DIR: path.join(toolchain, 'pip'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    TMPDIR: temporary,
    TEMP: temporary,
    TMP: temporary,
  };
}

/**
 * Runs the npm that started us, else the one on the PATH.
 *
 * @param {readonly string[]} args
 * @param {{ toolchain: string, cwd?: string, show?: boolean }} options
 */
export function runNpm(args, { toolchain, ...options }) {
  const started = process.env['npm_execpath'];
  const env = clientEnvironment(toolchain);
  if (started && /npm-cli\.[cm]?js$/.test(started))
    return runCommand(process.execPath, [started, ...args], { env, ...options });
  return runCommand(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { env, ...options });
}

/**
 * Downloads a package's tarball, from where npm says it lies.
 *
 * @param {string} name
 * @param {string} version
 * @param {{ toolchain: string, folder: string, sha256: Readonly<Record<string, string>>, say: (line: string) => void }} how
 * @returns {Promise<string>} the file
 */
export async function downloadPackage(name, version, { toolchain, folder, sha256, say }) {
  const file = path.join(folder, `${name}-${version}.tgz`);
  const answer = await runNpm(['view', `${name}@${version}`, 'dist', '--json'], { toolchain });
  if (answer.trim() === '') throw new Error(`the npm registry has no ${name}@${version}`);
  /** @type {{ tarball: string, integrity: string }} */
  const { tarball, integrity } = JSON.parse(answer);
  const checksum = pinned(sha256, path.basename(file)) ?? fromIntegrity(integrity);
  try {
    await download({ url: tarball, file, checksum, say });
  } catch (error) {
    // npm can what we cannot: registries that want a login, proxies on old Nodes.
    say(`${oneLine(error)}; asking npm to fetch it instead`);
    await packInstead(`${name}@${version}`, file, toolchain);
    await checkFile(file, checksum);
  }
  return file;
}

/** @param {string} wanted @param {string} file @param {string} toolchain */
async function packInstead(wanted, file, toolchain) {
  const folder = `${file}.packed`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    await runNpm(['pack', wanted, '--pack-destination', folder], { toolchain });
    const [packed] = await readdir(folder);
    if (packed === undefined) throw new Error(`npm pack ${wanted} wrote nothing`);
    await rename(path.join(folder, packed), file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {Readonly<Record<string, string>>} sha256
 * @param {string} name
 * @returns {import('./download.mjs').Checksum | null}
 */
export function pinned(sha256, name) {
  const hex = sha256[name];
  return hex === undefined ? null : { algorithm: 'sha256', hex };
}

/** @param {string} integrity `sha512-BASE64`, see the W3C's Subresource Integrity @returns {import('./download.mjs').Checksum} */
function fromIntegrity(integrity) {
  const found = /^sha512-([A-Za-z0-9+/=]+)$/.exec(integrity);
  if (found === null) throw new Error(`the registry must give a sha512, it gave ${integrity}`);
  return { algorithm: 'sha512', hex: Buffer.from(found[1] ?? '', 'base64').toString('hex') };
}
