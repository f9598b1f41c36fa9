import path from 'node:path';

/**
 * @typedef {object} Directories
 * @property {string} cache `THAW_CACHE`: what can be fetched or computed again
 * @property {string} home `THAW_HOME`: log, runs and settings
 * @property {string} toolchain Node, TensorFlow and the binding; apart from the data caches beside it, so that
 *   clearing those never removes it
 * @property {string} temporary where Thaw and everything it starts put temporary files
 */

/**
 * Where Thaw may write: the two folders that the user names, else those that the system keeps for this purpose.
 *
 * @param {{ env: NodeJS.ProcessEnv, platform: string, userHome: string, standing: string }} from `standing` is the
 *   folder the user stood in; relative paths mean it
 * @returns {Directories}
 */
export function chooseDirectories({ env, platform, userHome, standing }) {
  /** @param {string | undefined} value @param {() => string} fallback */
  const named = (value, fallback) => (value ? path.resolve(standing, value) : fallback());
  // The base directory specification: a relative path in these variables is invalid and must be ignored.
  /** @param {string | undefined} value @param {string[]} fallback */
  const base = (value, ...fallback) => (value && path.isAbsolute(value) ? value : path.join(userHome, ...fallback));

  const cache = named(env['THAW_CACHE'], () => {
    if (platform === 'darwin') return path.join(userHome, 'Library', 'Caches', 'thaw');
    if (platform === 'win32') return path.join(base(env['LOCALAPPDATA'], 'AppData', 'Local'), 'thaw', 'cache');
    return path.join(base(env['XDG_CACHE_HOME'], '.cache'), 'thaw');
  });
  const home = named(env['THAW_HOME'], () => {
    if (platform === 'darwin') return path.join(userHome, 'Library', 'Application Support', 'thaw');
    if (platform === 'win32') return path.join(base(env['APPDATA'], 'AppData', 'Roaming'), 'thaw');
    return path.join(base(env['XDG_DATA_HOME'], '.local', 'share'), 'thaw');
  });
  return { cache, home, toolchain: path.join(cache, 'toolchain'), temporary: path.join(cache, 'temporary') };
}
