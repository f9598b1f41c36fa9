import { neutralPixel, type Preprocessing } from '../../network/preprocessing.ts';
import { Graph } from '../graph.ts';
import { pixelsFromBytes } from '../ops/images-from-bytes.ts';
import { encodeSavedModel, type Signature } from '../saved-model.ts';
import { augmentImages, type Augmentation } from './augment-images.ts';

/** What a train step does to its images and nothing after: `augment` {images, `augmentationFeeds`} gives their `pixels`. */
export function compileAugmentation(
  { plan, canvas }: Augmentation,
  preprocessing: Preprocessing,
): { readonly savedModel: Uint8Array; readonly signatures: Readonly<Record<string, Signature>> } {
  const graph = new Graph();
  const { height, width } = preprocessing;
  const feed = graph.placeholder('augment/images', 'string', []);
  const images = pixelsFromBytes(graph, 'augment/input', feed, { ...canvas, channels: 3 });
  const about = { plan, size: { height, width }, neutral: neutralPixel(preprocessing) };
  const { pixels, feeds } = augmentImages(graph, 'augment', images, about);
  const signatures = { augment: { inputs: { images: feed, ...feeds }, outputs: { pixels } } };
  return { savedModel: encodeSavedModel(graph, signatures), signatures };
}
