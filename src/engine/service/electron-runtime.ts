import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The program that shows the desktop's window. */
export interface ElectronRuntime {
  readonly version: string;
  readonly executable: string;
  /** For people: `its own installer`. */
  readonly origin: string;
  /** An end-of-life version from elsewhere, where Electron's own release could not be fetched. */
  readonly standIn: boolean;
}

/** The version that stands in; its folder is below the toolchain. */
export const STAND_IN_VERSION = '22.3.25';
/** The file beside it that says where it came from; the window's shell knows it by this name too. */
export const STAND_IN_MARK = 'stand-in';

export function standInFolder(toolchain: string): string {
  return path.join(toolchain, 'electron', STAND_IN_VERSION);
}

function readText(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

/** What Electron's own installer left in its package, if it was complete. */
function installedByPackage(root: string): ElectronRuntime | null {
  const folder = path.join(root, 'node_modules', 'electron');
  const program = readText(path.join(folder, 'path.txt'));
  const version = readText(path.join(folder, 'dist', 'version'))?.replace(/^v/, '');
  if (program === null || version === undefined) return null;
  const executable = path.join(folder, 'dist', program);
  return existsSync(executable) ? { version, executable, origin: 'its own installer', standIn: false } : null;
}

/** What stands in for it, if it was fetched. */
export function standInRuntime(toolchain: string): ElectronRuntime | null {
  const folder = standInFolder(toolchain);
  const executable = path.join(folder, 'electron');
  const origin = readText(path.join(folder, STAND_IN_MARK));
  return origin !== null && existsSync(executable)
    ? { version: STAND_IN_VERSION, executable, origin, standIn: true }
    : null;
}

/**
 * The Electron that is there, its own release before what stands in for it.
 *
 * @param root the project's folder
 * @param toolchain `THAW_CACHE/toolchain`
 */
export function findElectron(root: string, toolchain: string): ElectronRuntime | null {
  return installedByPackage(root) ?? standInRuntime(toolchain);
}
