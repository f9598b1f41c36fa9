import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context.ts';
import { findNvidiaLibraries, hasNvidiaGpu } from '../nvidia.ts';
import { downloadWheels } from '../python.ts';
import { inspectTensorFlow, type TensorFlowFiles } from '../tensorflow.ts';
import { extractZip } from '../zip.ts';

type Kind = 'cpu' | 'cuda';

interface WheelChoice {
  readonly package: string;
  readonly gpuPackage?: string;
  readonly tags: readonly string[];
}

/** What the wheels and the members taken from them need together, with some room. */
const neededBytes: Readonly<Record<Kind, number>> = { cpu: 1.5e9, cuda: 12e9 };

/**
 * A wheel is a zip file: its two libraries and the C headers are all that is needed, so it is unpacked rather than
 * installed, and any Python with pip will do.
 */
export async function fromWheel(context: Context): Promise<TensorFlowFiles> {
  const choice = (context.pins.tensorflow.wheels as Readonly<Record<string, WheelChoice>>)[context.platform];
  if (choice === undefined) throw new Error(`there is none for ${context.platform}`);
  if (choice.gpuPackage !== undefined && (await hasNvidiaGpu(context.env))) {
    try {
      return await provide('cuda', choice.gpuPackage, choice.tags, context);
    } catch (error) {
      context.say(`The GPU stays unused: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return provide('cpu', choice.package, choice.tags, context);
}

async function provide(
  kind: Kind,
  packageName: string,
  tags: readonly string[],
  context: Context,
): Promise<TensorFlowFiles> {
  const { version, python, cudaTags } = context.pins.tensorflow;
  const folder = path.join(context.toolchain, 'tensorflow', `${version}-${kind}`);
  const inspect = () => {
    const origin = readFileSync(path.join(folder, 'origin'), 'utf8');
    return inspectTensorFlow(path.join(folder, 'tensorflow'), origin, findNvidiaLibraries(folder));
  };
  // The folder got its name when it was complete, but files may have gone since.
  if (existsSync(folder)) {
    try {
      return inspect();
    } catch (error) {
      context.say(`Fetching TensorFlow again: ${error instanceof Error ? error.message : String(error)}`);
      rmSync(folder, { recursive: true, force: true });
    }
  }
  await requireSpace(context.toolchain, neededBytes[kind]);
  const wheels = await downloadWheels(
    kind === 'cpu'
      ? { requirement: `${packageName}==${version}`, tags, python }
      : {
          requirement: `${packageName}[and-cuda]==${version}`,
          tags: cudaTags,
          python,
          alsoNeeds: (name) => name.startsWith('nvidia-'),
        },
    context,
  );
  await unpack(wheels, folder, `wheel ${packageName} ${version}`, context);
  for (const wheel of wheels) rmSync(wheel, { force: true });
  return inspect();
}

async function unpack(wheels: readonly string[], folder: string, origin: string, { say }: Context): Promise<void> {
  const aside = `${folder}.part`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  for (const wheel of wheels) {
    say(`Unpacking the libraries of ${path.basename(wheel)} ...`);
    await extractZip(wheel, aside, (name) => (isNeeded(name) ? name : null));
  }
  writeFileSync(path.join(aside, 'origin'), origin);
  renameSync(aside, folder);
}

/** The libraries, the headers that the C API includes, CUDA's libraries, and the licences of all of them. */
function isNeeded(name: string): boolean {
  return (
    /^tensorflow\/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)$/.test(name) ||
    /^tensorflow\/include\/(tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\//.test(name) ||
    /^nvidia\/[^/]+\/(lib|bin|nvvm)\//.test(name) ||
    /^tensorflow\/(THIRD_PARTY_NOTICES\.txt|include\/LICENSE)$/.test(name) ||
    /^nvidia[^/]*\.dist-info\/(.*\/)?License[^/]*$/i.test(name)
  );
}

async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  const found = `${((bavail * bsize) / 1e9).toFixed(1)} GB`;
  throw new Error(
    `${(bytes / 1e9).toFixed(1)} GB must be free in ${folder}, found ${found} (THAW_CACHE names another place)`,
  );
}
