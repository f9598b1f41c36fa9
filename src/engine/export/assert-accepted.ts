import { QUANTISED_FORMATS, type ModelFormat, type Quantisation } from '../../shared/contract/model-export.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { findNetwork } from '../network/registry.ts';
import { elementCount, networkTensors } from '../network/shape.ts';
import type { ExportedNetwork } from './exported-network.ts';
import { assertKeras } from './keras/assert-keras.ts';
import { assertOnnx, MOST_MESSAGE_BYTES } from './onnx/assert-onnx.ts';
import { DRAWN_IMAGES } from './reference-images.ts';
import { torchModule } from './torch/torch-module.ts';

type Described = Omit<ExportedNetwork, 'values'>;

function assertTorch({ network, preprocessing }: Described): void {
  if (preprocessing.channelOrder === 'grey' || findNetwork(network.name).publisher !== 'torch') {
    throw new ThawError(
      'usage.invalid',
      `PyTorch's weights are written for PyTorch's own networks; this run trained '${network.name}'.`,
      'Export it as pb, or train a network whose name ends in @torch.',
    );
  }
  torchModule(network);
}

/** Every kind of layer of ours is made of ops that tfjs has; what the ops of others' graphs mean is theirs to tell. */
function assertTfjsGraph({ network }: Described): void {
  if (!network.layers.some(({ kind }) => kind === 'foreignGraph')) return;
  throw new ThawError(
    'usage.invalid',
    `A graph model is written of layers that Thaw knows; '${network.name}' is a TensorFlow graph that was taken in as it is.`,
    'Export it as savedmodel or pb.',
  );
}

/** Both files of TensorFlow are one protocol buffer, which holds no more than 2 GiB. */
function assertOneMessage({ network }: Described): void {
  const bytes = 4 * networkTensors(network).reduce((sum, { shape }) => sum + elementCount(shape), 0);
  if (bytes <= MOST_MESSAGE_BYTES) return;
  throw new ThawError(
    'usage.invalid',
    `A graph of TensorFlow with its weights holds at most 2 GiB; the weights of '${network.name}' take ${(bytes / 2 ** 30).toFixed(1)} GiB.`,
    'Export it as safetensors, which has no such limit.',
  );
}

/** What is known of a format without TensorFlow. */
interface FormatFacts {
  readonly assert: (model: Described) => void;
  /** So many times the weights lie in its files. */
  readonly copies: number;
}

const FACTS: Readonly<Record<ModelFormat, FormatFacts>> = {
  savedmodel: { assert: assertOneMessage, copies: 1 },
  pb: { assert: assertOneMessage, copies: 1 },
  keras: { assert: assertKeras('keras3'), copies: 1 },
  h5: { assert: assertKeras('keras2'), copies: 1 },
  tfjs: { assert: assertKeras('tfjs'), copies: 1 },
  'tfjs-graph': { assert: assertTfjsGraph, copies: 1 },
  onnx: { assert: assertOnnx, copies: 1 },
  safetensors: { assert: () => undefined, copies: 1 },
  torch: { assert: assertTorch, copies: 2 },
};

const VALUE_BYTES = { float32: 4, float16: 2, uint8: 1 } as const;

/**
 * Refuses what a format cannot hold, before anything is written; without TensorFlow, so that it can be asked anywhere.
 *
 * @throws ThawError `usage.invalid`
 */
export function assertAccepted(format: ModelFormat, model: Described, quantisation: Quantisation | null = null): void {
  if (quantisation !== null && !QUANTISED_FORMATS.includes(format)) {
    throw new ThawError(
      'usage.invalid',
      `Weights are quantised in the formats ${QUANTISED_FORMATS.join(' and ')}; '${format}' keeps them as they are.`,
      'Leave the quantisation out, or choose one of those formats.',
    );
  }
  FACTS[format].assert(model);
}

/** About as large as the files of a format become: its weights and the images that it is tested with. */
export function estimatedBytes(
  format: ModelFormat,
  { network, preprocessing }: Described,
  quantisation: Quantisation | null,
): number {
  const values = networkTensors(network).reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const reference = DRAWN_IMAGES * preprocessing.height * preprocessing.width * 3;
  return values * VALUE_BYTES[quantisation ?? 'float32'] * FACTS[format].copies + reference;
}
