import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { DoctorReport } from '../../shared/contract/endpoint.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import type { ProbeMessage } from '../runtime/probe.ts';
import { presentGpu } from '../runtime/nvidia.ts';
import { readToolchainManifest, type ToolchainManifest } from '../runtime/toolchain.ts';
import type { Store } from '../sqlite/store.ts';
import { showCaches } from './caches.ts';
import type { ServiceContext } from './context.ts';
import { describeEnvironment } from './describe-environment.ts';
import { deviceCheck } from './device-check.ts';
import { electronChecks } from './electron-checks.ts';
import { endingOf, forkEntry } from './fork-entry.ts';

type Check = DoctorReport['checks'][number];

const SET_UP = 'npm run setup';
/** Less than this and a run of a large network may not be able to keep its checkpoints. */
const LEAST_FREE_BYTES = 2 * 1024 ** 3;
const PROBE_MILLISECONDS = 60_000;

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Loads TensorFlow in a process of its own. */
function probe(entry: string): Promise<ProbeMessage> {
  return new Promise((resolve) => {
    const { child, tail } = forkEntry(entry);
    const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_MILLISECONDS);
    const fail = (message: string): void => {
      clearTimeout(timer);
      resolve({
        kind: 'failed',
        error: { code: 'runtime.failed', message, hint: `Run \`${SET_UP}\`, which builds it anew.` },
      });
    };
    child.on('message', (message) => {
      clearTimeout(timer);
      resolve(message as ProbeMessage);
    });
    child.on('error', (error) => fail(error.message));
    // After an answer this changes nothing.
    child.on('close', (code, signal) => {
      const lastLine = tail().split('\n').at(-1) ?? '';
      fail(`Loading TensorFlow ended its process with ${endingOf(code, signal)}. ${lastLine}`.trim());
    });
  });
}

function toolchainChecks(manifest: ToolchainManifest): Check[] {
  const { tensorflow, binding, missing } = manifest;
  const reasons = (part: 'tensorflow' | 'binding'): string =>
    ['missing', ...missing.filter((lacking) => lacking.part === part).flatMap((lacking) => lacking.reasons)].join('; ');
  return [
    { name: 'Node', ok: true, found: `${process.versions.node} (${manifest.node.origin})`, mend: null },
    tensorflow
      ? { name: 'TensorFlow', ok: true, found: `${tensorflow.version} (${tensorflow.origin})`, mend: null }
      : { name: 'TensorFlow', ok: false, found: reasons('tensorflow'), mend: SET_UP },
    binding
      ? { name: 'Binding', ok: true, found: `compiled with ${binding.compiler}`, mend: null }
      : { name: 'Binding', ok: false, found: reasons('binding'), mend: SET_UP },
  ];
}

function readManifest(): ToolchainManifest | Check {
  try {
    return readToolchainManifest();
  } catch (error) {
    return { name: 'Toolchain', ok: false, found: problemOf(error), mend: SET_UP };
  }
}

function checkFolder(name: string, folder: string, variable: string): Check {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return { name, ok: true, found: folder, mend: null };
  } catch (error) {
    return {
      name,
      ok: false,
      found: problemOf(explainDiskError(error, `use '${folder}'`)),
      mend: `export ${variable}=FOLDER`,
    };
  }
}

/** Opens what Thaw keeps in a database, and has all of it checked. */
async function checkStore(name: string, open: () => Store): Promise<Check> {
  try {
    const store = open();
    await store.check();
    return store.networkDisk === null
      ? { name, ok: true, found: store.path, mend: null }
      : {
          name,
          ok: true,
          found: `${store.path}, on ${store.networkDisk}: written without write-ahead, which is slower`,
          mend: 'export THAW_HOME=FOLDER, on a disk of this machine; let only one machine at a time use this one',
        };
  } catch (error) {
    return { name, ok: false, found: problemOf(error), mend: error instanceof ThawError ? error.hint : null };
  }
}

async function freeBytes(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Looks at all that Thaw stands on; what is missing comes with the command that mends it, nothing is thrown. */
export async function examine(context: ServiceContext): Promise<DoctorReport> {
  const manifest = readManifest();
  const checks: Check[] = 'name' in manifest ? [manifest] : toolchainChecks(manifest);
  const native = await probe(context.entries.probe);
  checks.push(
    deviceCheck(native, presentGpu, {
      mending: SET_UP,
      rebuilding: `rm "${process.env['THAW_TOOLCHAIN'] ?? ''}" && ${SET_UP}`,
    }),
    ...electronChecks(),
    checkFolder('Workspace', context.home, 'THAW_HOME'),
    checkFolder('Cache', context.cache, 'THAW_CACHE'),
    await checkStore('Experiment log', () => context.log),
    await checkStore('Index of datasets', () => context.index),
  );
  const freeDiskBytes = await freeBytes(context.home);
  const roomy = freeDiskBytes >= LEAST_FREE_BYTES;
  const gibibytes = `${(freeDiskBytes / 1024 ** 3).toFixed(1)} GiB free`;
  checks.push({ name: 'Disk', ok: roomy, found: gibibytes, mend: roomy ? null : 'thaw cache clear' });
  return {
    environment:
      native.kind === 'device' ? describeEnvironment({ tensorflow: native.tensorflow, device: native.device }) : null,
    checks,
    caches: await showCaches(context),
    home: context.home,
    freeDiskBytes,
  };
}
