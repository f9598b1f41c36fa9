import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import type { KerasModel, KerasTarget } from './keras-layer.ts';
import { inKerasOrder } from './keras-order.ts';
import { LayerStack, type Place } from './layer-stack.ts';
import { LayerWriter } from './write-layers.ts';

const REVERSED = [
  [0, 0, 1],
  [0, 1, 0],
  [1, 0, 0],
];
/** Of the first class's logit and the second's: the first is 0, so that a softmax over both is the sigmoid. */
const SECOND_CLASS = Float32Array.of(0, 1);

/** Pixels as the network wants them, of red, green and blue from 0 to 255. */
function prepared(stack: LayerStack, image: Place, { channelOrder, scale, offset }: Preprocessing): Place {
  const isReversed = channelOrder === 'bgr';
  // Each number belongs to a channel of the network's, and the channels are put into its order last.
  const ofColours = (values: Preprocessing['scale']): Preprocessing['scale'] =>
    typeof values === 'number' || !isReversed ? values : [values[2], values[1], values[0]];
  const isChanged = scale !== 1 || offset !== 0;
  const options = { scale: ofColours(scale), offset: ofColours(offset) };
  const scaled = isChanged ? stack.add('Rescaling', stack.free('preprocessing'), [image], { options }) : image;
  return isReversed ? stack.mixed(stack.free('channel_order'), scaled, REVERSED, [0, 0, 0]) : scaled;
}

function probabilities(stack: LayerStack, logits: Place): Place {
  const [count = 1] = logits.shape;
  const both =
    count === 1
      ? stack.add('Dense', stack.free('class_logits'), [logits], {
          options: { units: 2, activation: 'linear', use_bias: false, trainable: false },
          weights: [{ role: 'kernel', shape: [1, 2], value: SECOND_CLASS }],
          shape: [2],
        })
      : logits;
  return stack.add('Activation', stack.free('probabilities'), [both], { options: { activation: 'softmax' } });
}

/**
 * A network as a functional model of standard layers: float images of red, green and blue from 0 to 255 in, the probability of
 * each class out. What makes the network's input of the pixels is among its layers, the network's own have their names.
 *
 * @throws ThawError `usage.invalid` for a layer that no standard layers express
 */
export function kerasModel(
  { network, preprocessing }: Pick<ExportedNetwork, 'network' | 'preprocessing'>,
  target: KerasTarget,
): KerasModel {
  if (preprocessing.channelOrder === 'grey') {
    throw new ThawError(
      'usage.invalid',
      'A model of standard layers takes colours; this network takes whole numbers of grey, which no such layer makes of them.',
      'Export it as savedmodel, or as pb.',
    );
  }
  const stack = new LayerStack(network, target);
  const own = network.layers.find(({ kind }) => kind === 'input');
  const shape = [preprocessing.height, preprocessing.width, 3];
  const image = stack.add('InputLayer', stack.nameOf(own?.name ?? 'input'), [], { options: {}, shape });
  const writer = new LayerWriter(stack, network, prepared(stack, image, preprocessing));
  const output = probabilities(stack, writer.outputOf(network.output)).name;
  const name = network.name.replaceAll(/[^\w.-]/g, '_');
  return { target, name, output, layers: inKerasOrder(stack.layers, output) };
}
