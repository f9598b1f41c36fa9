import type { Filters, HeatMap, SeenRegion } from '../../shared/contract/explain.ts';
import { heatColour } from '../../shared/image/heat-colours.ts';

const OPAQUE = 255;

/** A heat-map in colours, place for pixel. @returns [height, width, RGBA] */
export function heatPixels({ values, width, height }: Pick<HeatMap, 'values' | 'width' | 'height'>) {
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let place = 0; place < width * height; place += 1) {
    pixels.set(heatColour(values[place] ?? 0), 4 * place);
    pixels[4 * place + 3] = OPAQUE;
  }
  return pixels;
}

/** A share of a side, as CSS has it. */
const share = (value: number): string => `${(value * 100).toFixed(3)}%`;

/** Where what the network saw lies on the picture; more than all of it where the picture was padded. */
export function regionStyle({ left, top, width, height }: SeenRegion): string {
  return `left: ${share(left)}; top: ${share(top)}; width: ${share(width)}; height: ${share(height)}`;
}

/** One kernel of a page of them. @returns [height, width, RGBA] */
export function filterPixels({ pixels, width, height }: Pick<Filters, 'pixels' | 'width' | 'height'>, index: number) {
  const places = width * height;
  const coloured = new Uint8ClampedArray(4 * places).fill(OPAQUE);
  for (let place = 0; place < places; place += 1) {
    const start = 3 * (index * places + place);
    coloured.set(pixels.subarray(start, start + 3), 4 * place);
  }
  return coloured;
}
