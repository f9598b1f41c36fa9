import type { Layer, Network } from './layer.ts';
import type { Preprocessing } from './preprocessing.ts';
import { layerShapes } from './shape.ts';

const FUSION_LAYER = 'fusion';
const IMAGE_LAYER = 'image';

/** A network of the registry, as a fused one needs it. */
interface Part {
  readonly name: string;
  readonly preprocessing: Preprocessing;
  readonly build: () => Network;
}

/** One network of a fused one. */
export interface FusedPart<Entry extends Part = Part> {
  readonly entry: Entry;
  /** What stands before the names of its layers, without the stroke. */
  readonly prefix: string;
}

/** Prefixes that tell the parts apart, one network twice among them; names of ops have no '@'. */
export function fusedParts<Entry extends Part>(entries: readonly Entry[]): readonly FusedPart<Entry>[] {
  return entries.map((entry, index) => {
    const before = entries.slice(0, index).filter(({ name }) => name === entry.name).length;
    const plain = entry.name.replaceAll('@', '.');
    return { entry, prefix: before === 0 ? plain : `${plain}_${before + 1}` };
  });
}

/**
 * What image files are brought to for all parts: the size of the largest, framed as it frames them. Pixels stay as they are,
 * for each part prepares them itself.
 */
export function sharedPreprocessing(parts: readonly FusedPart[]): Preprocessing {
  const own = parts.map(({ entry }) => entry.preprocessing);
  const height = Math.max(...own.map((preprocessing) => preprocessing.height));
  const width = Math.max(...own.map((preprocessing) => preprocessing.width));
  const area = (one: Preprocessing): number => one.height * one.width;
  const [first, ...others] = own;
  if (!first) throw new TypeError('A fused network has parts.');
  const largest = others.reduce((most, one) => (area(one) > area(most) ? one : most), first);
  const { resize, shorterSide, kernel } = largest;
  const crop = resize === 'resizeThenCrop' ? { shorterSide: Math.max(height, width, shorterSide ?? 0) } : {};
  return { height, width, resize, ...crop, kernel, channelOrder: 'rgb', scale: 1, offset: 0 };
}

/** A part's layers on the shared image: its size, its pixels' values, its own layers, and their mean over the image. */
function partLayers(
  { entry, prefix }: FusedPart,
  image: Preprocessing,
): { readonly layers: readonly Layer[]; readonly output: string } {
  const network = entry.build();
  const { height, width, scale, offset, channelOrder } = entry.preprocessing;
  const named = (name: string): string => `${prefix}/${name}`;
  const layers: Layer[] = [];
  let pixels = IMAGE_LAYER;
  if (height !== image.height || width !== image.width) {
    pixels = named('resized');
    const place = { name: pixels, inputs: [IMAGE_LAYER], block: prefix };
    layers.push({ kind: 'resizing', height, width, interpolation: 'bilinear', ...place });
  }
  for (const layer of network.layers) {
    const name = named(layer.name);
    if (layer.kind === 'input') {
      layers.push({ kind: 'rescaling', scale, offset, channelOrder, name, inputs: [pixels], block: prefix });
    } else layers.push({ ...layer, name, inputs: layer.inputs.map(named), block: named(layer.block) });
  }
  if (layerShapes(network).get(network.output)?.length !== 3) return { layers, output: named(network.output) };
  const output = named('pooling');
  const inputs = [named(network.output)];
  layers.push({ kind: 'globalAveragePooling2d', keepDimensions: false, name: output, inputs, block: output });
  return { layers, output };
}

/**
 * Several networks that look at one image side by side, the means of their features over the image concatenated. Layers are
 * called as in their own network, behind `<part>/`.
 */
export function fuse(name: string, parts: readonly FusedPart[]): Network {
  const image = sharedPreprocessing(parts);
  const built = parts.map((part) => partLayers(part, image));
  const input: Layer = {
    kind: 'input',
    shape: [image.height, image.width, 3],
    name: IMAGE_LAYER,
    inputs: [],
    block: IMAGE_LAYER,
  };
  const fusion: Layer = {
    kind: 'concatenate',
    name: FUSION_LAYER,
    inputs: built.map(({ output }) => output),
    block: FUSION_LAYER,
  };
  const pretrained = parts.flatMap(({ entry, prefix }) =>
    [...entry.build().pretrained].map((layer) => `${prefix}/${layer}`),
  );
  return {
    name,
    family: 'fusion',
    layers: [input, ...built.flatMap(({ layers }) => layers), fusion],
    output: FUSION_LAYER,
    pretrained: new Set(pretrained),
    fusion: FUSION_LAYER,
  };
}
