import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { download } from '../../bootstrap/download.mjs';
import { extractTar } from '../../bootstrap/tar.mjs';
import type { Context } from '../context.ts';
import { hasNvidiaGpu } from '../nvidia.ts';
import { inspectTensorFlow, type TensorFlowFiles } from '../tensorflow.ts';
import { tfjsVersion } from '../tfjs-package.ts';

/**
 * What tfjs-node-gpu's own install script fetches, from the same places and with the same variables to name others,
 * but into the toolchain. Its publisher names no checksums.
 *
 * The layout (`deps/lib`, `lib/napi-v8`) is the script's, because the compiled binding looks for the libraries by a
 * path relative to itself.
 */
export async function fromLibtensorflow(context: Context): Promise<TensorFlowFiles> {
  const { version } = context.pins.libtensorflow;
  const kind = context.platform === 'linux-x64' && (await hasNvidiaGpu(context.env)) ? 'gpu' : 'cpu';
  const address = archiveAddress(context, version, kind);
  const folder = path.join(context.toolchain, 'tensorflow', `${version}-${kind}`);
  const libraries = path.join(folder, 'deps');
  if (!existsSync(libraries)) {
    const archive = path.join(context.toolchain, 'downloads', path.posix.basename(new URL(address).pathname));
    await download({ url: address, file: archive, checksum: null, say: context.say });
    const aside = `${libraries}.part`;
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside, { recursive: true });
    await extractTar(archive, aside, (name) => (/^(\.\/)?(lib|include)\/|LICENSE/.test(name) ? name : null));
    renameSync(aside, libraries);
    rmSync(archive, { force: true });
  }
  const files = inspectTensorFlow(
    libraries,
    `libtensorflow ${version}-${kind}, as tfjs-node-gpu's install script fetches it`,
  );
  return { ...files, compiledBinding: () => fetchBinding(folder, context) };
}

const systems: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x86_64',
  'darwin-x64': 'darwin-x86_64',
};
const otherArchives: Readonly<Record<string, string>> = {
  'linux-arm64': 'libtensorflow_r2_7_linux_arm64.tar.gz',
  'darwin-arm64': 'libtensorflow_r2_7_darwin_arm64_cpu.tar.gz',
};

function archiveAddress({ env, platform }: Context, version: string, kind: string): string {
  const store = env['TFJS_NODE_CDN_STORAGE'] ?? env['CDN_STORAGE'] ?? 'https://storage.googleapis.com/';
  const base = env['TFJS_NODE_BASE_URI'] ?? `${store}tensorflow/libtensorflow/libtensorflow-`;
  const other = otherArchives[platform];
  if (other !== undefined) return `${store}tf-builds/${other}`;
  const system = systems[platform];
  if (system === undefined) throw new Error(`there is none for ${platform}`);
  return `${base}${kind}-${system}-${version}.tar.gz`;
}

/** The binding that tfjs publishes for this libtensorflow (binary.host in its package.json). */
async function fetchBinding(folder: string, { root, toolchain, env, say }: Context): Promise<string> {
  const target = path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
  if (existsSync(target)) return target;
  const system = process.platform === 'darwin' ? 'darwin' : 'linux';
  const version = await tfjsVersion(root);
  const store = env['TFJS_NODE_CDN_STORAGE'] ?? env['CDN_STORAGE'] ?? 'https://storage.googleapis.com/';
  const name = `GPU-${system}-${version}.tar.gz`;
  const archive = path.join(toolchain, 'downloads', name);
  const url = `${store}tf-builds/pre-built-binary/napi-v8/${version}/${name}`;
  await download({ url, file: archive, checksum: null, say });
  const written = await extractTar(archive, path.dirname(target), (member) =>
    path.posix.basename(member) === 'tfjs_binding.node' ? 'tfjs_binding.node' : null,
  );
  if (written.length === 0) throw new Error(`${name} holds no tfjs_binding.node`);
  rmSync(archive, { force: true });
  return target;
}
