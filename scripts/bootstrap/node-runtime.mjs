import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command.mjs';
import { download } from './download.mjs';
import { withLock } from './lock.mjs';
import { downloadPackage } from './npm.mjs';
import { SetUpError, oneLine } from './set-up-error.mjs';
import { extractTar } from './tar.mjs';

/** From here on Node runs TypeScript without a flag; N-API 10, which SQLite's binding wants, came with 22.14. */
const oldest = [22, 18];

/**
 * @typedef {{ version: string, executable: string, origin: string }} NodeRuntime
 * @typedef {object} Context
 * @property {string} toolchain
 * @property {typeof import('./pins.json')} pins
 * @property {(line: string) => void} say
 * @property {string} [platform]
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * The Node that everything but this bootstrap runs on: npm's package of it, else one on the PATH that is new enough,
 * else the official archive.
 *
 * @param {Context} context
 * @returns {Promise<NodeRuntime>}
 * @throws SetUpError with a line for every route
 */
export async function provideNode(context) {
  const platform = context.platform ?? `${process.platform}-${process.arch}`;
  const { version } = context.pins.node;
  const binary = platform.startsWith('win32') ? 'node.exe' : 'node';
  const folder = path.join(context.toolchain, 'node', `${version}-${platform}`);
  const executable = path.join(folder, 'bin', binary);
  const routes = [
    { name: `npm package of Node ${version}`, provide: () => fromPackage(context, platform, folder, binary) },
    { name: 'Node on the PATH', provide: () => fromPath(context) },
    { name: 'official archive', provide: () => fromArchive(context, platform, folder, binary) },
  ];
  return withLock(
    path.join(context.toolchain, 'node.lock'),
    `fetching Node ${version}`,
    async () => {
      if (existsSync(executable)) {
        const origin = await readFile(path.join(folder, 'origin'), 'utf8');
        return { version, executable, origin };
      }
      const reasons = [];
      for (const { name, provide } of routes) {
        try {
          return await provide();
        } catch (error) {
          const reason = `${name}: ${oneLine(error)}`;
          reasons.push(reason);
          context.say(`Not available: ${reason}`);
        }
      }
      throw new SetUpError(
        `Node ${version} could not be had:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`,
        `Install Node ${oldest.join('.')} or newer and put it on the PATH, then run the command again.`,
      );
    },
    context.say,
  );
}

/** @param {Context} context @param {string} platform @param {string} folder @param {string} binary */
async function fromPackage({ toolchain, pins, say }, platform, folder, binary) {
  const { version, packages } = pins.node;
  const name = /** @type {Record<string, string>} */ (packages)[platform];
  if (name === undefined) throw new Error(`there is none for ${platform}`);
  const downloads = path.join(toolchain, 'downloads');
  const archive = await downloadPackage(name, version, { toolchain, folder: downloads, sha256: pins.sha256, say });
  return unpack(archive, `package/bin/${binary}`, {
    folder,
    binary,
    version,
    origin: `npm package ${name} ${version}`,
  });
}

/** @param {Context} context @param {string} platform @param {string} folder @param {string} binary */
async function fromArchive({ toolchain, pins, say, env = process.env }, platform, folder, binary) {
  if (platform.startsWith('win32')) throw new Error('on Windows only the npm package is used');
  const { version } = pins.node;
  const site = (env['NODEJS_ORG_MIRROR'] || 'https://nodejs.org/dist').replace(/\/$/, '');
  const name = `node-v${version}-${platform}`;
  const downloads = path.join(toolchain, 'downloads');
  const sums = path.join(downloads, `node-v${version}-SHASUMS256.txt`);
  await download({ url: `${site}/v${version}/SHASUMS256.txt`, file: sums, checksum: null, say });
  const hex = new RegExp(`^([0-9a-f]{64})  ${name}\\.tar\\.gz$`, 'm').exec(await readFile(sums, 'utf8'))?.[1];
  if (hex === undefined) throw new Error(`the published checksums name no ${name}.tar.gz`);
  const archive = path.join(downloads, `${name}.tar.gz`);
  const url = `${site}/v${version}/${name}.tar.gz`;
  await download({ url, file: archive, checksum: { algorithm: 'sha256', hex }, say });
  return unpack(archive, `${name}/bin/node`, {
    folder,
    binary,
    version,
    origin: `official archive of Node ${version}`,
  });
}

/**
 * @param {string} archive
 * @param {string} member
 * @param {{ folder: string, binary: string, version: string, origin: string }} into
 * @returns {Promise<NodeRuntime>}
 */
async function unpack(archive, member, { folder, binary, version, origin }) {
  const aside = `${folder}.part`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  const [file] = await extractTar(archive, aside, (name) => (name === member ? `bin/${binary}` : null));
  if (file === undefined) throw new Error(`${path.basename(archive)} holds no ${member}`);
  const found = await versionOf(file);
  if (found !== `v${version}`) throw new Error(`the Node of ${path.basename(archive)} says it is ${found}`);
  writeFileSync(path.join(aside, 'origin'), origin);
  rmSync(folder, { recursive: true, force: true });
  renameSync(aside, folder);
  rmSync(archive, { force: true });
  return { version, executable: path.join(folder, 'bin', binary), origin };
}

/** @param {Context} context @returns {Promise<NodeRuntime>} */
async function fromPath({ env = process.env }) {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const candidates = folders.map((folder) => path.join(folder, name)).filter((file) => existsSync(file));
  const versions = [];
  for (const executable of new Set(candidates)) {
    const version = await versionOf(executable).catch(() => 'broken');
    if (isNewEnough(version)) return { version: version.slice(1), executable, origin: `PATH (${executable})` };
    versions.push(version);
  }
  throw new Error(`it must be ${oldest.join('.')} or newer, found ${[...new Set(versions)].join(', ') || 'none'}`);
}

/** @param {string} version `v24.21.0` */
export function isNewEnough(version) {
  const found = /^v(\d+)\.(\d+)\./.exec(version);
  const [major, minor] = [Number(found?.[1]), Number(found?.[2])];
  // 23 had the flag removed in 23.6; its life is over, so it is not worth a rule.
  return major > 23 || (major === oldest[0] && minor >= /** @type {number} */ (oldest[1]));
}

/** @param {string} executable */
async function versionOf(executable) {
  return (await runCommand(executable, ['--version'], { timeoutMilliseconds: 20_000 })).trim();
}
