import type { TensorRole } from '../../network/layer.ts';

/** What TF-slim and TensorFlow 1 call what Keras names otherwise; other variables carry Keras' names already. */
const ROLES: Readonly<Record<string, TensorRole>> = {
  weights: 'kernel',
  biases: 'bias',
  depthwise_weights: 'depthwise_kernel',
  pointwise_weights: 'pointwise_kernel',
};

/** `<scope>/weights` becomes `<scope>/kernel`: a layer's name is its variable scope; layouts are TensorFlow's already. */
export function slimName(storedName: string): string {
  const at = storedName.lastIndexOf('/');
  const own = storedName.slice(at + 1);
  return Object.hasOwn(ROLES, own) ? `${storedName.slice(0, at + 1)}${ROLES[own] ?? own}` : storedName;
}
