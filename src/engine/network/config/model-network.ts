import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { LARGEST_SIZE } from '../family.ts';
import type { Network } from '../layer.ts';
import { elementCount, networkTensors } from '../shape.ts';
import { Connector, inputShapeOf } from './connect.ts';
import { describeModel, type ModelDescription } from './description.ts';
import { samePixels, UNCHANGED, type Pixels } from './pixels.ts';
import { refuseAt, shown } from './settings.ts';
import { withLogits, withoutTop, type Part } from './top.ts';

/** Of a network's tensors together; 8 GB. */
const MOST_PARAMETERS = 2 ** 31;
/** Where a model takes images of any size and nobody says which. */
const USUAL_SIZE = 224;

/** A whole model of Keras' as a network. */
interface ModelNetwork {
  /** What its author called it. */
  readonly title: string;
  readonly height: number;
  readonly width: number;
  /** Whether the configuration leaves height and width open. */
  readonly takesAnySize: boolean;
  /** Of its input: 1 for grey images. */
  readonly channels: 1 | 3;
  /** What its layers make of the pixels before anything else; null where they take them as they come. */
  readonly pixels: Pixels | null;
  /** Values of its last layer: the classes of its own classifier. */
  readonly classes: number;
  readonly withTop: Network;
  readonly withoutTop: Network;
}

function sizeOf(value: unknown, asked: number | null, place: string): number {
  const size = value ?? asked ?? USUAL_SIZE;
  if (typeof size === 'number' && Number.isSafeInteger(size) && size > 0 && size <= LARGEST_SIZE) return size;
  return refuseAt(
    place,
    `an image has sides of 1 to ${LARGEST_SIZE} pixels; received ${shown(size)}.`,
    'Choose another size.',
  );
}

function inputOf(model: ModelDescription, asked: number | null): readonly [number, number, 1 | 3] {
  const shape = inputShapeOf(model);
  if (!shape) {
    return refuseAt(
      model.place,
      'a model says the shape of its input; this one does not.',
      'Save it once it is built.',
    );
  }
  const [, height, width, channels, ...others] = shape;
  if ((channels !== 1 && channels !== 3) || others.length > 0) {
    return refuseAt(
      model.place,
      `a network takes images of one or three channels, [batch, height, width, 3]; this one takes ${shown(shape)}.`,
      'Choose a model of grey or colour images, channels last.',
    );
  }
  return [sizeOf(height, asked, model.place), sizeOf(width, asked, model.place), channels];
}

/** Keras 3 alone calls the shape of an input so: the modules of classes are named by the .keras files of Keras 2 as well. */
function isVersion3({ layers }: ModelDescription): boolean {
  return layers.some(({ model, settings }) =>
    model ? isVersion3(model) : settings.className === 'InputLayer' && settings.has('batch_shape'),
  );
}

/**
 * A model's configuration (`model_config` of a Keras .h5, `config.json` of a .keras archive, `modelTopology` of tfjs) as a
 * network: models within models are put into it, their names before those of their layers.
 *
 * @param name of the network
 * @param size height and width of the input where the configuration leaves them open
 * @throws ThawError `network.invalid`, with the place, for what is not supported, does not fit, or goes beyond bounds
 */
export function modelNetwork(name: string, configuration: unknown, size: number | null): ModelNetwork {
  const model = describeModel(configuration);
  const shape = inputOf(model, size);
  const connector = new Connector(isVersion3(model));
  const { builder } = connector;
  const entry = model.inputs[0]?.layer ?? 'input';
  const input = builder.add(model.place, entry, { kind: 'input', shape }, []);
  const { layer: output } = connector.model(model, { layer: input, pixels: UNCHANGED }, '');
  const whole: Part = { layers: builder.layers, output };
  const networkOf = (part: Part): Network => ({
    name,
    family: 'model',
    layers: part.layers,
    output: part.output,
    pretrained: new Set(part.layers.map((layer) => layer.name)),
  });
  const withTop = networkOf(withLogits(whole));
  const parameters = networkTensors(withTop).reduce((sum, tensor) => sum + elementCount(tensor.shape), 0);
  if (parameters > MOST_PARAMETERS) {
    throw new ThawError(
      'network.invalid',
      `A network has at most ${MOST_PARAMETERS} parameters; ${model.place} has ${parameters}.`,
      'Do not use this file.',
    );
  }
  const shapeOf = (layer: string): readonly number[] => builder.shapeOf(layer);
  const { pixels } = connector;
  if (shape[2] === 1 && pixels && [pixels.scale, pixels.offset].some((value) => typeof value !== 'number')) {
    refuseAt(model.place, 'grey images have one channel; this model scales three.', 'Do not use this file.');
  }
  return {
    title: model.name,
    height: shape[0],
    width: shape[1],
    takesAnySize: (inputShapeOf(model) ?? []).slice(1, 3).every((side) => typeof side !== 'number'),
    channels: shape[2],
    pixels: pixels && !samePixels(pixels, UNCHANGED) ? pixels : null,
    classes: shapeOf(withTop.output).at(-1) ?? 0,
    withTop,
    withoutTop: networkOf(withoutTop(whole, shapeOf)),
  };
}
