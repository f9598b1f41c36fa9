import type { Initializer } from '../layer.ts';
import { fieldsOf } from './settings.ts';

/** What new values of a kernel are drawn from; those that are not known here are Glorot's, Keras' own where none is said. */
export function kernelInitializer(value: unknown): Initializer {
  const found = fieldsOf(value);
  const className = typeof value === 'string' ? value : found['class_name'];
  const settings = fieldsOf(found['config']);
  const deviation = settings['stddev'];
  switch (className) {
    case 'HeNormal':
    case 'he_normal':
      return { kind: 'heNormal' };
    case 'Zeros':
    case 'zeros':
      return { kind: 'zeros' };
    case 'Ones':
    case 'ones':
      return { kind: 'ones' };
    case 'RandomNormal':
      return typeof deviation === 'number' ? { kind: 'normal', standardDeviation: deviation } : GLOROT;
    case 'TruncatedNormal':
      return typeof deviation === 'number' ? { kind: 'truncatedNormal', standardDeviation: deviation } : GLOROT;
    case 'VarianceScaling':
      return varianceScaling(settings);
    default:
      return GLOROT;
  }
}

const GLOROT: Initializer = { kind: 'glorotUniform' };

const MODES: Readonly<Record<string, 'fanIn' | 'fanOut'>> = { fan_in: 'fanIn', fan_out: 'fanOut' };
const DISTRIBUTIONS: Readonly<Record<string, 'normal' | 'truncatedNormal' | 'uniform'>> = {
  normal: 'truncatedNormal',
  truncated_normal: 'truncatedNormal',
  untruncated_normal: 'normal',
  uniform: 'uniform',
};

function varianceScaling({ scale, mode, distribution }: Readonly<Record<string, unknown>>): Initializer {
  const foundMode = typeof mode === 'string' && Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
  const foundDistribution =
    typeof distribution === 'string' && Object.hasOwn(DISTRIBUTIONS, distribution)
      ? DISTRIBUTIONS[distribution]
      : undefined;
  if (typeof scale !== 'number' || !(scale > 0) || foundMode === undefined || foundDistribution === undefined) {
    return GLOROT;
  }
  return { kind: 'varianceScaling', scale, mode: foundMode, distribution: foundDistribution };
}
