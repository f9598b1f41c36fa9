import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** The folder of the package whose C++ files are the binding. */
export const tfjsFolder = (root: string): string => path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');

/** Its version, as installed. */
export async function tfjsVersion(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(tfjsFolder(root), 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
