import { Option } from 'commander';
import type { Request, Transport } from '../../shared/contract/endpoint.ts';
import { PIXEL_RANGES, type PixelRange } from '../../shared/contract/models.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { givenPath } from '../given-path.ts';
import { wholeNumber } from '../number-flag.ts';

/** What a file of a whole model does not say of its images, and the file where a flag names it. */
export interface ModelFlags {
  readonly model?: string;
  readonly pixels?: PixelRange;
  readonly inputSize?: number;
  readonly input?: string;
  readonly output?: string;
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

export function inputOption(): Option {
  return new Option('--input <name>', 'the tensor of a TensorFlow graph that takes images (default: its only input)');
}

export function outputOption(): Option {
  return new Option(
    '--output <name>',
    'the tensor of a TensorFlow graph that gives features (default: its only output)',
  );
}

export function modelRequest(file: string, { pixels, inputSize, input, output }: ModelFlags): Request<'networks.open'> {
  return {
    file: { kind: 'file', path: givenPath(file) },
    ...(pixels !== undefined && { pixels }),
    ...(inputSize !== undefined && { size: inputSize }),
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
  };
}

/**
 * Opens the model that a command line names.
 *
 * @returns the flags that mean the same with the network's name and its weights
 * @throws ThawError `usage.invalid` for what concerns a model where none is named, and what opening it throws
 */
export async function withModel<
  Flags extends { readonly weights?: string | readonly string[]; readonly network?: string },
>(
  engine: Transport,
  { model, pixels, inputSize, input, output, ...flags }: Flags & ModelFlags,
): Promise<Omit<Flags, keyof ModelFlags>> {
  const own = { pixels, inputSize, input, output };
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  if (model !== undefined) {
    const { name } = await engine.invoke('networks.open', modelRequest(model, given));
    return { weights: model, ...flags, network: name };
  }
  if (Object.keys(given).length === 0) return flags;
  throw new ThawError(
    'usage.invalid',
    '--pixels, --input-size, --input and --output are of a whole model; received them without --model.',
    'Name its file with --model, or leave them out: networks of the registry have their own.',
  );
}
