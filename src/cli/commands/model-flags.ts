import { Option } from 'commander';
import type { Request, Transport } from '../../shared/contract/endpoint.ts';
import { PIXEL_RANGES, type PixelRange } from '../../shared/contract/models.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { givenPath } from '../given-path.ts';
import { wholeNumber } from '../number-flag.ts';
import type { TrainFlags } from './train-request.ts';

/** What a file of a whole model does not say of its images, and the file where a flag names it. */
export interface ModelFlags {
  readonly model?: string;
  readonly pixels?: PixelRange;
  readonly inputSize?: number;
}

export function pixelsOption(): Option {
  return new Option(
    '--pixels <range>',
    "what a model's file wants of pixels: signed -1 to 1, unit 0 to 1, raw 0 to 255, caffe and imagenet by their means (default: as the model scales them itself, or signed)",
  ).choices(PIXEL_RANGES);
}

export function inputSizeOption(): Option {
  return new Option('--input-size <pixels>', 'height and width for a model that takes any (default: 224)').argParser(
    wholeNumber({ least: 1, most: 1024 }),
  );
}

export function modelRequest(file: string, { pixels, inputSize }: ModelFlags): Request<'networks.open'> {
  return {
    file: { kind: 'file', path: givenPath(file) },
    ...(pixels !== undefined && { pixels }),
    ...(inputSize !== undefined && { size: inputSize }),
  };
}

/**
 * Opens the model that a command line names.
 *
 * @returns the flags that mean the same with the network's name and its weights
 * @throws ThawError `usage.invalid` for what concerns a model where none is named, and what opening it throws
 */
export async function withModel(
  engine: Transport,
  { model, pixels, inputSize, ...flags }: TrainFlags & ModelFlags,
): Promise<TrainFlags> {
  if (model !== undefined) {
    const asked = modelRequest(model, { ...(pixels && { pixels }), ...(inputSize !== undefined && { inputSize }) });
    const { name } = await engine.invoke('networks.open', asked);
    return { weights: model, ...flags, network: name };
  }
  if (pixels === undefined && inputSize === undefined) return flags;
  throw new ThawError(
    'usage.invalid',
    '--pixels and --input-size are of a whole model; received them without --model.',
    'Name its file with --model, or leave them out: networks of the registry have their own.',
  );
}
