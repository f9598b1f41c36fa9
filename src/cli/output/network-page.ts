import type { NetworkDetail } from '../../shared/contract/network-detail.ts';
import { count } from './format.ts';
import { table } from './table.ts';

const HEADER = ['block', 'layer', 'kind', 'settings', 'output', 'parameters', 'on'];

function shape(sizes: readonly number[]): string {
  return sizes.join('×');
}

const CHANNELS = { rgb: 'red, green, blue', bgr: 'blue, green, red', grey: 'grey' } as const;

/** One number for all channels, or three. */
function told(values: number | readonly number[]): string {
  const written = (value: number): string => String(Number(value.toPrecision(6)));
  return typeof values === 'number' ? written(values) : `(${values.map(written).join(', ')})`;
}

function geometry({ height, width, resize, shorterSide, kernel }: NetworkDetail['preprocessing']): string {
  const size = `${height}×${width}, ${kernel}`;
  if (resize === 'stretch') return `the whole image, to ${size}`;
  if (resize === 'centerCrop') return `the largest centred part, to ${size}`;
  return `shorter side to ${shorterSide ?? height}, then the centre of ${size}`;
}

function preprocessingLine({ preprocessing }: NetworkDetail): string {
  const { channelOrder, scale, offset } = preprocessing;
  return `images: ${geometry(preprocessing)}; ${CHANNELS[channelOrder]}: pixel × ${told(scale)} + ${told(offset)}`;
}

/** A network on one page: what it is, what it wants to see, and its layers. */
export function networkPage(network: NetworkDetail): string[] {
  const { name, aliases, source, inputShape, outputShape, layers, blocks, parameters, statistics } = network;
  let block = '';
  const rows = layers.map((layer, index) => {
    const isNew = layer.block !== block;
    block = layer.block;
    const isNext = layer.inputs.length === 1 && layer.inputs[0] === layers[index - 1]?.name;
    return [
      isNew ? block : '',
      layer.name,
      layer.kind,
      layer.settings,
      shape(layer.outputShape),
      layer.parameters === 0 ? '' : count(layer.parameters),
      isNext ? '' : layer.inputs.join(', '),
    ];
  });
  return [
    name + (aliases.length > 0 ? `, also called ${aliases.join(', ')}` : ''),
    source,
    network.shipped ? 'its weights ship with Thaw' : 'its weights are given by --weights',
    preprocessingLine(network),
    `${shape(inputShape)} to ${shape(outputShape)}; ${count(layers.length)} layers in ${count(blocks.length)} blocks; ` +
      `${count(parameters)} parameters, ${count(statistics)} of them moving statistics`,
    '',
    ...table([HEADER, ...rows], [5]),
  ];
}
