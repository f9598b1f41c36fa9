/**
 * What TensorFlow must find in the environment of its process, which decides once and for all where it computes.
 *
 * @param device `auto`, `cpu`, or `gpu:N` as `nvidia-smi` counts
 */
export function deviceEnvironment(device: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  if (device === 'auto') return env;
  return { ...env, CUDA_VISIBLE_DEVICES: device === 'cpu' ? '-1' : device.slice('gpu:'.length) };
}
