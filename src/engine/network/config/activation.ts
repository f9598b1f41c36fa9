import type { Activation } from '../layer.ts';
import { fieldsOf, type Settings } from './settings.ts';

/** Keras' names of functions, old ones too. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  elu: 'elu',
  gelu: 'gelu',
  hard_sigmoid: 'hard_sigmoid',
  hard_silu: 'hard_swish',
  hard_swish: 'hard_swish',
  leaky_relu: 'leaky_relu',
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  selu: 'selu',
  sigmoid: 'sigmoid',
  silu: 'swish',
  softmax: 'softmax',
  swish: 'swish',
  tanh: 'tanh',
};

/** An activation and, of `leaky_relu`, its slope. */
export interface FoundActivation {
  readonly activation: Activation;
  readonly negativeSlope?: number;
}

function nameOf(value: unknown): string | null {
  if (value === null || value === undefined) return 'linear';
  if (typeof value === 'string') return value;
  // Keras 3 writes functions as objects of the class `function`.
  const { class_name: className, config } = fieldsOf(value);
  return className === 'function' && typeof config === 'string' ? config : null;
}

/**
 * The function that an option names.
 *
 * @param isVersion3 whether Keras 3 wrote it: older ones have another `hard_sigmoid`
 */
export function namedActivation(settings: Settings, option: string, isVersion3: boolean): FoundActivation {
  const value = settings.fields[option];
  const name = nameOf(value);
  if (name === null) {
    const { class_name: className, config } = fieldsOf(value);
    return layerActivation(settings, typeof className === 'string' ? className : '', fieldsOf(config), option);
  }
  const activation = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (activation === undefined) {
    return settings.refuseOption(option, `known are ${Object.keys(ACTIVATIONS).join(', ')}`);
  }
  if (!isVersion3 && (activation === 'hard_sigmoid' || activation === 'hard_swish')) {
    return settings.refuseOption(option, 'Keras 2 computes it otherwise than Keras 3, whose it is here');
  }
  return { activation };
}

/** A layer of Keras' that is an activation, alone or as the activation of another one. */
function layerActivation(
  settings: Settings,
  className: string,
  fields: Readonly<Record<string, unknown>>,
  option: string,
): FoundActivation {
  const number = (name: string, usual: number): number => {
    const value = fields[name] ?? usual;
    if (typeof value === 'number') return value;
    return settings.refuse(`${className} needs a number as its ${name}.`);
  };
  switch (className) {
    case 'ReLU':
      return rectified(settings, {
        top: fields['max_value'] ?? null,
        slope: number('negative_slope', 0),
        threshold: number('threshold', 0),
      });
    case 'LeakyReLU':
      return { activation: 'leaky_relu', negativeSlope: number('negative_slope', number('alpha', 0.3)) };
    case 'ELU':
      if (number('alpha', 1) !== 1) return settings.refuse('ELU with another alpha than 1 is not supported.');
      return { activation: 'elu' };
    default:
      return settings.refuseOption(option, 'it is the name of a function');
  }
}

function rectified(
  settings: Settings,
  { top, slope, threshold }: { readonly top: unknown; readonly slope: number; readonly threshold: number },
): FoundActivation {
  if (threshold === 0) {
    if (top === null) return slope === 0 ? { activation: 'relu' } : { activation: 'leaky_relu', negativeSlope: slope };
    if (top === 6 && slope === 0) return { activation: 'relu6' };
  }
  return settings.refuse(
    'ReLU is supported without threshold, with a max_value of none or 6 and, without that, a negative_slope.',
  );
}

/** What a layer that is nothing but an activation computes; null for another one. */
export function activationOf(settings: Settings, isVersion3: boolean): FoundActivation | null {
  switch (settings.className) {
    case 'Activation':
      return namedActivation(settings, 'activation', isVersion3);
    case 'Softmax':
      if ((settings.fields['axis'] ?? -1) !== -1) settings.refuseOption('axis', 'it is -1');
      return { activation: 'softmax' };
    case 'ReLU':
    case 'LeakyReLU':
    case 'ELU':
      return layerActivation(settings, settings.className, settings.fields, 'class_name');
    default:
      return null;
  }
}
