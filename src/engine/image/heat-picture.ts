import sharp from 'sharp';
import { layOver, MAP_OPACITY, type DrawnMap } from './heat-overlay.ts';

const QUALITY = 80;

/**
 * A picture with a heat-map over what the network saw of it, as JPEG of the same size.
 *
 * @param picture an upright picture of the whole image
 */
export async function heatPicture(picture: Uint8Array, map: DrawnMap): Promise<Uint8Array> {
  const { data, info } = await sharp(picture)
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  layOver(data, info, map, MAP_OPACITY);
  const { width, height } = info;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY })
    .toBuffer();
}
