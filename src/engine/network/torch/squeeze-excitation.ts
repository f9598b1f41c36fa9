import type { ActivationLayer } from '../layer.ts';
import type { ModuleList } from './module-list.ts';

interface SqueezeExcitationOptions {
  readonly channels: number;
  readonly squeezed: number;
  /** Between the two convolutions. */
  readonly activation: ActivationLayer['activation'];
  /** Of the factors. */
  readonly scale: ActivationLayer['activation'];
}

/**
 * torchvision's SqueezeExcitation, on top of the last layer: each channel times a factor that is found from the means of
 * all channels (Hu et al., 2017, https://arxiv.org/abs/1709.01507).
 */
export function squeezeExcitation(list: ModuleList, name: string, options: SqueezeExcitationOptions): string {
  const { channels, squeezed, activation, scale } = options;
  const zeros = { kind: 'zeros' } as const;
  const input = list.last;
  list.globalPool(`${name}.avgpool`, { keepDimensions: true });
  list.convolution(`${name}.fc1`, { filters: squeezed, size: 1, bias: zeros });
  list.activation(`${name}.activation`, activation);
  list.convolution(`${name}.fc2`, { filters: channels, size: 1, bias: zeros });
  const factors = list.activation(`${name}.scale_activation`, scale);
  return list.combine('multiply', `${name}.multiply`, [factors, input]);
}
