import sharp from 'sharp';
import { anyBackdrop, type Backdrop } from './backdrop.ts';
import { photograph, type Camera } from './camera.ts';
import { randomPalette, type Palette } from './colour.ts';
import { createRandom, type Random } from './random.ts';
import { paint, type Raster } from './raster.ts';
import type { Drawer, Surface } from './sketch.ts';
import { anyPose, stage, type Pose } from './stage.ts';

/** Where and how the members of a task's classes are shown. */
export interface Setting {
  readonly palette: (random: Random) => Palette;
  readonly backdrop: Backdrop;
  readonly pose: (random: Random, turn: number) => Pose;
  readonly camera: Camera;
}

/** Anything, anywhere, in any colour. */
export const ANY_SETTING: Setting = {
  palette: randomPalette,
  backdrop: anyBackdrop,
  pose: anyPose(0.34, 0.56),
  camera: { grain: 0.03, blur: 0.8 },
};

function paintSurface(random: Random, surface: Surface, size: number): Raster {
  const angle = (random.between(-surface.turn, surface.turn) * Math.PI) / 180;
  const distance = random.between(0.6, 1.4);
  const [cos, sin] = [Math.cos(angle) * distance, Math.sin(angle) * distance];
  const mirror = random.chance(0.5) ? -1 : 1;
  // A slant, as a wall seen from one side: far away is smaller.
  const [slantX, slantY] = [0.25 * random.bell(), 0.25 * random.bell()];
  return paint(size, (x, y) => {
    const depth = 1 + Math.max(-0.6, slantX * (x - 0.5) + slantY * (y - 0.5));
    const [right, down] = [((x - 0.5) * mirror) / depth, (y - 0.5) / depth];
    return surface.colourAt(right * cos - down * sin + 0.5, right * sin + down * cos + 0.5);
  });
}

/**
 * One picture of a class.
 *
 * @param seed the same seed gives the same pixels
 * @returns [size, size, 3] bytes, RGB
 */
export async function render(
  drawer: Drawer,
  seed: string,
  size: number,
  setting: Setting = ANY_SETTING,
): Promise<Uint8Array> {
  const random = createRandom(`${seed}/${drawer.name}`);
  const sketch = drawer.sketch(random, setting.palette(random));
  const scene =
    sketch.kind === 'surface'
      ? paintSurface(random, sketch, size)
      : await stage(random, sketch, setting.pose(random, sketch.turn), setting.backdrop(random, size));
  return photograph(random, scene, setting.camera);
}

/** @param pixels [size, size, 3] bytes, RGB */
export async function encodeJpeg(pixels: Uint8Array, size: number, quality: number): Promise<Buffer> {
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0', mozjpeg: true })
    .toBuffer();
}
