import { bool, type } from '../attribute.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';
import type { Graph, Tensor } from '../graph.ts';
import { cast } from './cast.ts';
import { expectShape } from './expect-shape.ts';
import { multiply } from './multiply.ts';
import { reshape } from './reshape.ts';
import { shift } from './shift.ts';
import { sum } from './sum.ts';

/** ITU-R 601-2's luma of red, green and blue in 65536ths, which floats hold exactly: as Pillow's `convert('L')` has it. */
const LUMA = [19595, 38470, 7471].map((share) => share / 65536);

export interface BytesLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface Normalisation {
  /** Of what the network takes; the images are RGB. Grey is one channel of whole numbers, as Pillow's `L`. */
  readonly channelOrder: Preprocessing['channelOrder'];
  /** A pixel becomes `pixel * scale + offset`; one number, or one per channel as they are then. */
  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];
}

/**
 * The uint8 pixels of a batch, row-major, in a string scalar, as images: bytes are fed in a quarter of the memory of floats.
 *
 * @param bytes string []
 * @returns uint8 [batch, height, width, channels]
 * @throws ThawError `graph.invalid` when the bytes are no string scalar
 */
export function pixelsFromBytes(graph: Graph, name: string, bytes: Tensor, layout: BytesLayout): Tensor {
  expectShape(name, bytes.dtype === 'string' && bytes.shape.length === 0, 'a string scalar', bytes);
  const { height, width, channels } = layout;
  const decoded = graph.single({
    op: 'DecodeRaw',
    name: `${name}/decoded`,
    inputs: [bytes],
    attributes: { out_type: type('uint8'), little_endian: bool(true) },
    outputs: [{ dtype: 'uint8', shape: [-1] }],
  });
  return reshape(graph, `${name}/shaped`, decoded, [-1, height, width, channels]);
}

/**
 * Images as a network takes them; it costs 2 ms a batch.
 *
 * @param images uint8 or float32 [batch, height, width, channels]
 * @returns float32 of the same shape, but for the one channel of grey
 */
export function normalisedImages(graph: Graph, name: string, images: Tensor, options: Normalisation): Tensor {
  const { channelOrder } = options;
  const ordered = channelOrder === 'bgr' ? reverseChannels(graph, `${name}/reversed`, images) : images;
  const coloured = cast(graph, `${name}/pixels`, ordered, 'float32');
  const pixels = channelOrder === 'grey' ? grey(graph, `${name}/grey`, coloured) : coloured;
  const perChannel = (suffix: string, values: number | readonly number[]): Tensor =>
    graph.constant(`${name}/${suffix}`, 'float32', typeof values === 'number' ? [] : [values.length], values);
  const apply = (op: string, own: string, input: Tensor, values: Tensor): Tensor =>
    graph.single({
      op,
      name: own,
      inputs: [input, values],
      attributes: { T: type('float32') },
      outputs: [input],
    });
  const scaled = apply('Mul', `${name}/scaled`, pixels, perChannel('scale', options.scale));
  return apply('AddV2', name, scaled, perChannel('offset', options.offset));
}

/**
 * Normalised images from the bytes of a batch: `pixelsFromBytes`, and `normalisedImages` of them.
 *
 * @param bytes string []
 * @returns float32 [batch, height, width, channels]
 */
export function imagesFromBytes(
  graph: Graph,
  name: string,
  bytes: Tensor,
  options: BytesLayout & Normalisation,
): Tensor {
  return normalisedImages(graph, name, pixelsFromBytes(graph, name, bytes, options), options);
}

function reverseChannels(graph: Graph, name: string, input: Tensor): Tensor {
  return graph.single({
    op: 'ReverseV2',
    name,
    inputs: [input, graph.constant(`${name}/axis`, 'int32', [1], [input.shape.length - 1])],
    attributes: { T: type(input.dtype), Tidx: type('int32') },
    outputs: [input],
  });
}

/** Rounded, as 8 bits of grey would be. */
function grey(graph: Graph, name: string, input: Tensor): Tensor {
  const weighted = multiply(graph, `${name}/weighted`, input, graph.constant(`${name}/luma`, 'float32', [3], LUMA));
  const summed = sum(graph, `${name}/sum`, weighted, [input.shape.length - 1]);
  const rounded = graph.single({
    op: 'Floor',
    name: `${name}/rounded`,
    inputs: [shift(graph, `${name}/half`, summed, 0.5)],
    attributes: { T: type(input.dtype) },
    outputs: [summed],
  });
  return reshape(graph, name, rounded, [-1, ...input.shape.slice(1, -1), 1]);
}
