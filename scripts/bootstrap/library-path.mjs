/**
 * What a process must find in its environment to load TensorFlow: the dynamic linker reads where CUDA's libraries lie only
 * as a process starts.
 *
 * @param {readonly string[]} folders those of the manifest
 * @param {NodeJS.ProcessEnv} env what the user has set comes behind them
 * @returns {{ LD_LIBRARY_PATH?: string }} nothing where there is nothing to add
 */
export function libraryEnvironment(folders, env) {
  if (folders.length === 0) return {};
  const own = env['LD_LIBRARY_PATH'];
  return { LD_LIBRARY_PATH: [...folders, ...(own ? [own] : [])].join(':') };
}
