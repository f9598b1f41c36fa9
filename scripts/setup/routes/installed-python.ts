import path from 'node:path';
import { runCommand } from '../../bootstrap/command.mjs';
import type { Context } from '../context.ts';
import { findNvidiaLibraries } from '../nvidia.ts';
import { inspectTensorFlow, type TensorFlowFiles } from '../tensorflow.ts';

/** Finds the package without importing it, which would take seconds. */
const question = `
import importlib.util, os
from importlib import metadata
spec = importlib.util.find_spec('tensorflow')
folder = os.path.dirname(spec.origin) if spec and spec.origin else ''
version = ''
for name in ('tensorflow', 'tensorflow-cpu', 'tensorflow-macos', 'tensorflow-intel'):
    try:
        version = version or metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print(version + '|' + folder)
`;

/** The first version whose package carries libtensorflow_cc apart from its Python module. */
const oldest = [2, 9] as const;

/** A TensorFlow that the user's own Python has installed. */
export async function fromInstalledPython({ env }: Context): Promise<TensorFlowFiles> {
  const reasons: string[] = [];
  for (const python of process.platform === 'win32' ? ['python'] : ['python3', 'python']) {
    try {
      const answer = await runCommand(python, ['-c', question], { env, timeoutMilliseconds: 60_000 });
      const [version = '', folder = ''] = answer.trim().split('|');
      if (folder === '') throw new Error(`${python} has no tensorflow`);
      const [major = 0, minor = 0] = version.split('.').map(Number);
      if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
        throw new Error(
          `tensorflow must be ${oldest.join('.')} or newer, ${python} has ${version || 'an unknown version'}`,
        );
      }
      const libraryPaths = findNvidiaLibraries(path.dirname(folder));
      return inspectTensorFlow(folder, `Python package tensorflow ${version} (${folder})`, libraryPaths);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(reasons.join(', '));
}
