import { fractal, gradientNoise } from './noise.ts';
import type { Random } from './random.ts';
import { blurred, type Raster } from './raster.ts';

/** How bad the camera may be. */
export interface Camera {
  /** Largest standard deviation of the sensor's noise, as a share of white. */
  readonly grain: number;
  /** Largest blur, in pixels of a picture 96 wide. */
  readonly blur: number;
}

/**
 * What a camera does to a scene: uneven light, exposure, white balance, contrast, lens and sensor.
 *
 * @returns [size, size, 3] bytes, RGB
 */
export function photograph(random: Random, scene: Raster, camera: Camera): Uint8Array {
  const { size } = scene;
  const pixel = size / 96;
  const data = blurred(scene.data, size, 3, pixel * Math.max(0, random.between(-camera.blur, camera.blur)));
  const [slopeX, slopeY] = [random.between(-0.3, 0.3), random.between(-0.3, 0.3)];
  const patches = fractal(gradientNoise(random), 2);
  const patchiness = Math.max(0, random.between(-0.3, 0.3));
  const vignette = random.between(0, 0.7);
  const exposure = 1 + 0.18 * random.bell();
  const contrast = 1 + 0.18 * random.bell();
  const balance = [1 + 0.07 * random.bell(), 1 + 0.04 * random.bell(), 1 + 0.08 * random.bell()];
  const grain = camera.grain * random.between(0.1, 1);
  const bytes = new Uint8Array(data.length);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = (column + 0.5) / size - 0.5;
      const y = (row + 0.5) / size - 0.5;
      const light =
        exposure *
        (1 + x * slopeX + y * slopeY + patchiness * patches(x * 3, y * 3)) *
        (1 - vignette * (x * x + y * y));
      const speck = grain * random.bell();
      for (let channel = 0; channel < 3; channel++) {
        const index = (row * size + column) * 3 + channel;
        const value = (data[index] ?? 0) * light * (balance[channel] ?? 1);
        const exposed = (value - 0.5) * contrast + 0.5 + speck + 0.4 * grain * random.bell();
        bytes[index] = Math.round(255 * Math.min(1, Math.max(0, exposed)));
      }
    }
  }
  return bytes;
}
