/**
 * What TensorFlow must find in its environment before it is loaded, which decides once and for all where it computes.
 * Without memory growth it would take nearly all of a GPU's memory at once, and the next process would find none.
 *
 * @param device `auto`, `cpu`, or `gpu:N` as CUDA counts
 */
export function deviceEnvironment(device: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const growing = { TF_FORCE_GPU_ALLOW_GROWTH: 'true', ...env };
  if (device === 'auto') return growing;
  return { ...growing, CUDA_VISIBLE_DEVICES: device === 'cpu' ? '-1' : device.slice('gpu:'.length) };
}
