import type { Padding } from '../layer.ts';
import type { Unplaced } from './builder.ts';
import { kernelInitializer } from './initializer.ts';
import type { Settings } from './settings.ts';

/** More filters or units than any network has. */
const MOST_FILTERS = 1_000_000;

function paddingOf(settings: Settings): Padding {
  const padding = settings.text('padding', 'valid').toLowerCase();
  return padding === 'same' || padding === 'valid' ? padding : settings.refuseOption('padding', 'it is same or valid');
}

function countOf(settings: Settings, name: string, usual?: number): number {
  const count = settings.number(name, usual);
  return Number.isSafeInteger(count) && count > 0 && count <= MOST_FILTERS
    ? count
    : settings.refuseOption(name, `it is a whole number from 1 to ${MOST_FILTERS}`);
}

/** What convolutions of all kinds have in common. */
function kernelOf(settings: Settings) {
  settings.expectChannelsLast();
  return {
    kernelSize: settings.pair('kernel_size'),
    strides: settings.pair('strides', 1),
    padding: paddingOf(settings),
    useBias: settings.boolean('use_bias', true),
    kernelInitializer: kernelInitializer(
      settings.fields['kernel_initializer'] ?? settings.fields['depthwise_initializer'],
    ),
  };
}

/** A layer with a kernel, without its activation; null for any other. @throws ThawError `network.invalid` */
export function kernelLayer(settings: Settings): Unplaced | null {
  switch (settings.className) {
    case 'Conv2D':
      return {
        kind: 'conv2d',
        ...kernelOf(settings),
        filters: countOf(settings, 'filters'),
        dilations: settings.pair('dilation_rate', 1),
        groups: countOf(settings, 'groups', 1),
      };
    case 'DepthwiseConv2D':
      settings.expectOnes('dilation_rate');
      return {
        kind: 'depthwiseConv2d',
        ...kernelOf(settings),
        depthMultiplier: countOf(settings, 'depth_multiplier', 1),
      };
    case 'SeparableConv2D':
      settings.expectOnes('dilation_rate');
      return {
        kind: 'separableConv2d',
        ...kernelOf(settings),
        filters: countOf(settings, 'filters'),
        depthMultiplier: countOf(settings, 'depth_multiplier', 1),
      };
    case 'Conv2DTranspose':
      settings.expectOnes('dilation_rate');
      settings.expectOnes('groups');
      return {
        kind: 'conv2dTranspose',
        ...kernelOf(settings),
        filters: countOf(settings, 'filters'),
        ...(settings.has('output_padding') && { outputPadding: settings.pair('output_padding') }),
      };
    case 'Dense':
      return {
        kind: 'dense',
        units: countOf(settings, 'units'),
        useBias: settings.boolean('use_bias', true),
        kernelInitializer: kernelInitializer(settings.fields['kernel_initializer']),
      };
    default:
      return null;
  }
}

/** A layer that pools over a window; null for any other. @throws ThawError `network.invalid` */
export function poolingLayer(settings: Settings): Unplaced | null {
  const { className } = settings;
  if (className !== 'MaxPooling2D' && className !== 'AveragePooling2D') return null;
  settings.expectChannelsLast();
  const poolSize = settings.pair('pool_size', 2);
  return {
    kind: className === 'MaxPooling2D' ? 'maxPool2d' : 'averagePool2d',
    poolSize,
    strides: settings.has('strides') ? settings.pair('strides') : poolSize,
    padding: paddingOf(settings),
  };
}
