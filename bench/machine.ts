import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { deviceInformation } from '../src/engine/runtime/binding.ts';
import { readToolchainManifest } from '../src/engine/runtime/toolchain.ts';

/** What figures are worth nothing without. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly node: string;
  readonly tensorflow: string;
  readonly device: string;
  /** The versions of those peers that are installed; null without Python. */
  readonly peers: Readonly<Record<string, string>> | null;
  /** How many processes wanted a core, on average over the minute before the first run. */
  readonly load: number;
  /** When the benches began, UTC. */
  readonly time: string;
}

const PACKAGES = ['keras', 'tf_keras', 'tensorflow-cpu', 'torch', 'onnxruntime', 'numpy'];

function peerVersions(python: string): Readonly<Record<string, string>> {
  const script = `import json, sys, platform
from importlib import metadata
versions = {'python': platform.python_version()}
for name in sys.argv[1:]:
    try:
        versions[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print(json.dumps(versions))`;
  return JSON.parse(execFileSync(python, ['-c', script, ...PACKAGES], { encoding: 'utf8' })) as Record<string, string>;
}

export function describeMachine(python: string | null): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    tensorflow: readToolchainManifest().tensorflow?.version ?? 'none',
    device: deviceInformation().device,
    peers: python === null ? null : peerVersions(python),
    load: os.loadavg()[0] ?? 0,
    time: new Date().toISOString(),
  };
}
