import { arch, availableParallelism, cpus, platform, release } from 'node:os';
import type { Environment } from '../../shared/contract/run.ts';
import { readToolchainManifest } from '../runtime/toolchain.ts';
import { thawVersion } from './version.ts';

function tensorflowOrigin(): string {
  try {
    return readToolchainManifest().tensorflow?.origin ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

/** What a run ran on; TensorFlow's version and the device are told by the process that loaded it. */
export function describeEnvironment(native: Pick<Environment, 'tensorflow' | 'device'>): Environment {
  return {
    thaw: thawVersion(),
    node: process.versions.node,
    tensorflow: native.tensorflow,
    tensorflowOrigin: tensorflowOrigin(),
    device: native.device,
    cpu: cpus()[0]?.model.trim() ?? arch(),
    cores: availableParallelism(),
    os: `${platform()} ${release()} ${arch()}`,
  };
}
