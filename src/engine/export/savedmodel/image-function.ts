import { bool, int, text, type } from '../../graph/attribute.ts';
import type { GraphFunction } from '../../graph/graph-function.ts';
import { Graph, type Tensor } from '../../graph/graph.ts';
import { WIDEST } from '../../image/framing.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';

const KERNELS = { bilinear: 'triangle', bicubic: 'keyscubic' } as const;

/** Whole numbers and images of a function in the making. */
class Builder {
  readonly graph = new Graph();
  #count = 0;

  number(value: number): Tensor {
    return this.graph.constant(`number_${value}`, 'int32', [], value);
  }

  binary(op: 'Mul' | 'AddV2' | 'Sub' | 'FloorDiv' | 'Minimum' | 'Maximum' | 'RealDiv', first: Tensor, second: Tensor) {
    const attributes = { T: type(first.dtype) };
    const shape = first.shape.length >= second.shape.length ? first : second;
    return this.graph.single({ op, name: this.#name(op), inputs: [first, second], attributes, outputs: [shape] });
  }

  pack(values: readonly Tensor[]): Tensor {
    const attributes = { N: int(values.length), T: type('int32'), axis: int(0) };
    const outputs = [{ dtype: 'int32', shape: [values.length] }] as const;
    return this.graph.single({ op: 'Pack', name: this.#name('Pack'), inputs: values, attributes, outputs });
  }

  /** [height, width], each int32 []. */
  sizes(image: Tensor): readonly [Tensor, Tensor] {
    const shape = this.graph.single({
      op: 'Shape',
      name: this.#name('Shape'),
      inputs: [image],
      attributes: { T: type(image.dtype), out_type: type('int32') },
      outputs: [{ dtype: 'int32', shape: [3] }],
    });
    const one = (index: number): Tensor =>
      this.graph.single({
        op: 'GatherV2',
        name: this.#name('GatherV2'),
        inputs: [shape, this.number(index), this.number(0)],
        attributes: { Tparams: type('int32'), Tindices: type('int32'), Taxis: type('int32'), batch_dims: int(0) },
        outputs: [{ dtype: 'int32', shape: [] }],
      });
    return [one(0), one(1)];
  }

  floats(value: Tensor): Tensor {
    return this.graph.single({
      op: 'Cast',
      name: this.#name('Cast'),
      inputs: [value],
      attributes: { SrcT: type(value.dtype), DstT: type('float32') },
      outputs: [{ dtype: 'float32', shape: value.shape }],
    });
  }

  /** The centre of an image. */
  centre(image: Tensor, [height, width]: readonly [Tensor, Tensor], whole: readonly [Tensor, Tensor]): Tensor {
    const before = (all: Tensor, part: Tensor): Tensor =>
      this.binary('FloorDiv', this.binary('Sub', all, part), this.number(2));
    const begin = this.pack([before(whole[0], height), before(whole[1], width), this.number(0)]);
    return this.graph.single({
      op: 'Slice',
      name: this.#name('Slice'),
      inputs: [image, begin, this.pack([height, width, this.number(3)])],
      attributes: { T: type(image.dtype), Index: type('int32') },
      outputs: [image],
    });
  }

  /** By an antialiased kernel, as `tf.image.resize` has it. @returns float32 [height, width, 3], with values in between */
  resized(
    image: Tensor,
    size: readonly [Tensor, Tensor],
    whole: readonly [Tensor, Tensor],
    kernel: Preprocessing['kernel'],
  ): Tensor {
    const sizes = this.pack(size);
    const batch = this.graph.single({
      op: 'ExpandDims',
      name: this.#name('ExpandDims'),
      inputs: [this.floats(image), this.number(0)],
      attributes: { T: type('float32'), Tdim: type('int32') },
      outputs: [{ dtype: 'float32', shape: [1, ...image.shape] }],
    });
    const scaled = this.graph.single({
      op: 'ScaleAndTranslate',
      name: this.#name('ScaleAndTranslate'),
      inputs: [
        batch,
        sizes,
        this.binary('RealDiv', this.floats(sizes), this.floats(this.pack(whole))),
        this.graph.constant('untranslated', 'float32', [2], 0),
      ],
      attributes: { T: type('float32'), kernel_type: text(KERNELS[kernel]), antialias: bool(true) },
      outputs: [batch],
    });
    return this.reshaped(scaled, this.pack([...size, this.number(3)]));
  }

  reshaped(image: Tensor, shape: Tensor): Tensor {
    return this.graph.single({
      op: 'Reshape',
      name: this.#name('Reshape'),
      inputs: [image, shape],
      attributes: { T: type(image.dtype), Tshape: type('int32') },
      outputs: [{ dtype: image.dtype, shape: [-1, -1, 3] }],
    });
  }

  /** To whole numbers of 8 bits: a bicubic kernel goes beyond them. */
  rounded(image: Tensor): Tensor {
    const half = this.binary('AddV2', image, this.graph.constant('half', 'float32', [], 0.5));
    const attributes = { T: type('float32') };
    const whole = this.graph.single({
      op: 'Floor',
      name: this.#name('Floor'),
      inputs: [half],
      attributes,
      outputs: [half],
    });
    const [least, most] = [0, 255].map((value) => this.graph.constant(`bound_${value}`, 'float32', [], value));
    if (!least || !most) throw new TypeError('There are two bounds.');
    const inputs = [whole, least, most];
    return this.graph.single({
      op: 'ClipByValue',
      name: this.#name('ClipByValue'),
      inputs,
      attributes,
      outputs: [whole],
    });
  }

  #name(op: string): string {
    this.#count += 1;
    return `${op.toLowerCase()}_${this.#count}`;
  }
}

/** The part of an image that becomes the network's input, at its size. */
function framed(builder: Builder, image: Tensor, preprocessing: Preprocessing): Tensor {
  const { resize, kernel, shorterSide } = preprocessing;
  const [height, width] = [builder.number(preprocessing.height), builder.number(preprocessing.width)];
  const whole = builder.sizes(image);
  const [tall, wide] = whole;
  const times = (side: Tensor, to: Tensor, from: Tensor): Tensor =>
    builder.binary('FloorDiv', builder.binary('Mul', side, to), from);
  switch (resize) {
    case 'stretch':
      return builder.resized(image, [height, width], whole, kernel);
    case 'centerCrop': {
      const within = (side: Tensor, wanted: Tensor): Tensor =>
        builder.binary('Minimum', side, builder.binary('Maximum', wanted, builder.number(1)));
      const part = [within(tall, times(wide, height, width)), within(wide, times(tall, width, height))] as const;
      return builder.resized(builder.centre(image, part, whole), [height, width], part, kernel);
    }
    case 'resizeThenCrop': {
      const shorter = builder.number(shorterSide ?? Math.max(preprocessing.height, preprocessing.width));
      const least = builder.binary('Minimum', tall, wide);
      // Cut before it is resized, as `framing` does: a file of a few bytes may be a line of pixels that becomes gigabytes.
      const longest = builder.binary('Mul', least, builder.number(WIDEST));
      const part = [builder.binary('Minimum', tall, longest), builder.binary('Minimum', wide, longest)] as const;
      const twice = (value: Tensor): Tensor => builder.binary('Mul', value, builder.number(2));
      // Rounded: (2 side shorter + least) / (2 least).
      const scaled = (side: Tensor): Tensor => {
        const product = builder.binary('Mul', twice(side), shorter);
        return builder.binary('FloorDiv', builder.binary('AddV2', product, least), twice(least));
      };
      const size = [scaled(part[0]), scaled(part[1])] as const;
      const cut = builder.centre(image, part, whole);
      return builder.centre(builder.resized(cut, size, part, kernel), [height, width], size);
    }
  }
}

/**
 * TensorFlow's own way from the bytes of an image file (JPEG, PNG, GIF, BMP) to the pixels that a network takes: from a string
 * to float32 [height, width, 3], whole numbers from 0 to 255.
 *
 * It frames as Thaw does and resamples nearly so: of 20 photographs at networks of 32 and 224 pixels an image differed by at
 * most 1.5 of 255 levels on average, and a pixel by at most 18 (JPEG is decoded otherwise, and Thaw rounds between the two
 * directions). It turns no image upright, and of a transparent pixel it takes the colour that lies below.
 */
export function imageFunction(name: string, preprocessing: Preprocessing): GraphFunction {
  const builder = new Builder();
  const { graph } = builder;
  const argument = graph.placeholder('contents', 'string', []);
  const image = graph.single({
    op: 'DecodeImage',
    name: 'decoded',
    inputs: [argument],
    attributes: { channels: int(3), dtype: type('uint8'), expand_animations: bool(false) },
    outputs: [{ dtype: 'uint8', shape: [-1, -1, 3] }],
  });
  const whole = builder.rounded(framed(builder, image, preprocessing));
  const { height, width } = preprocessing;
  const result = builder.reshaped(whole, graph.constant('shape', 'int32', [3], [height, width, 3]));
  return { name, graph, argument, result };
}
