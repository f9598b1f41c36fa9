import { mix, oklch, scaled, smoothstep, type Colour } from '../canvas/colour.ts';
import { fractal, gradientNoise } from '../canvas/noise.ts';
import type { Random } from '../canvas/random.ts';
import { blurred, paint, type Raster } from '../canvas/raster.ts';

interface Hour {
  readonly zenith: Colour;
  readonly horizon: Colour;
  readonly trees: Colour;
  readonly ground: Colour;
}

/** Light and season at the edge of the forest. */
function randomHour(random: Random): Hour {
  const jitter = (): number => 12 * random.bell();
  const [zenith, horizon, trees, ground] = random.pick([
    [
      [0.72, 0.09, 240],
      [0.92, 0.04, 210],
      [0.48, 0.09, 145],
      [0.66, 0.12, 130],
    ],
    [
      [0.56, 0.09, 285],
      [0.84, 0.12, 55],
      [0.38, 0.06, 300],
      [0.46, 0.07, 60],
    ],
    [
      [0.26, 0.06, 265],
      [0.45, 0.08, 255],
      [0.22, 0.04, 230],
      [0.3, 0.04, 220],
    ],
    [
      [0.8, 0.02, 230],
      [0.95, 0.01, 220],
      [0.58, 0.03, 220],
      [0.92, 0.015, 230],
    ],
    [
      [0.84, 0.06, 85],
      [0.93, 0.05, 85],
      [0.62, 0.14, 55],
      [0.6, 0.12, 65],
    ],
    [
      [0.7, 0.05, 190],
      [0.88, 0.05, 150],
      [0.42, 0.07, 165],
      [0.52, 0.09, 140],
    ],
    [
      [0.62, 0.11, 20],
      [0.88, 0.09, 75],
      [0.36, 0.06, 350],
      [0.42, 0.06, 20],
    ],
  ] as const);
  const tone = ([lightness, chroma, hue]: readonly [number, number, number]): Colour =>
    oklch(lightness + 0.03 * random.bell(), chroma, hue + jitter());
  return { zenith: tone(zenith), horizon: tone(horizon), trees: tone(trees), ground: tone(ground) };
}

/** The edge of a forest: sky with sun or moon, tree lines or trunks behind each other in haze, meadow or snow. */
export function forest(random: Random, size: number): Raster {
  const hour = randomHour(random);
  const field = fractal(gradientNoise(random), 4);
  const needles = gradientNoise(random);
  const meadow = random.between(0.62, 0.95);
  const lines = random.integer(1, 3);
  const trunks = random.chance(0.4);
  const spikes = random.between(6, 16);
  const disc = { x: random.between(0.1, 0.9), y: random.between(0.08, 0.4), radius: random.between(0.05, 0.12) };
  const shining = random.chance(0.45);
  const trunkAt = (x: number, y: number, line: number): number => {
    const position = x * (3 + 2 * line) + 0.35 * field(x * 2, line * 9.1) + 0.05 * needles(x * 4, y * 5);
    const [trunk, share] = [Math.floor(position), position - Math.floor(position)];
    const lean = 0.5 + 0.35 * needles(trunk * 5.1 + 0.4, line * 2.3) + 0.2 * needles(trunk * 2.7 + 0.6, 8.1) * y;
    const half = (0.05 + 0.14 * Math.abs(needles(trunk * 3.3 + 0.5, line * 4.7))) * (0.8 + 0.35 * y);
    const canopy = smoothstep(0, 0.02, 0.16 + 0.3 * field(x * 2.2, line * 3.7) + 0.05 * needles(x * 30, y * 30) - y);
    return Math.max(canopy, 1 - smoothstep(half * 0.8, half, Math.abs(share - lean)));
  };
  const crownAt = (x: number, line: number): number => {
    const position = x * spikes * (1 + 0.5 * line) + line * 0.37;
    const share = Math.abs(position - Math.floor(position) - 0.5) * 2;
    return (
      0.3 + line * 0.14 + 0.16 * field(x * 2.5, line * 5.3) + share * (1.6 / spikes) + 0.02 * needles(x * 60, line)
    );
  };
  const raster = paint(size, (x, y) => {
    if (y > meadow + 0.03 * field(x * 3, 7.7)) {
      const depth = (y - meadow) / (1.05 - meadow);
      return scaled(
        hour.ground,
        0.8 + 0.25 * depth + 0.3 * needles(x * 40, y * 14) * depth + 0.3 * field(x * 5, y * 9),
      );
    }
    let colour = mix(hour.zenith, hour.horizon, y * 1.3);
    if (shining) {
      const distance = Math.hypot(x - disc.x, y - disc.y);
      colour = mix(
        colour,
        [1, 0.98, 0.9],
        0.35 * Math.exp(-distance * 7) + smoothstep(disc.radius, disc.radius * 0.9, distance),
      );
    }
    for (let line = 0; line < lines; line++) {
      const near = (line + 1) / lines;
      const tree = mix(hour.horizon, hour.trees, 0.3 + 0.7 * near);
      const covered = trunks ? trunkAt(x, y, line) : smoothstep(-0.01, 0.01, y - crownAt(x, line));
      colour = mix(colour, scaled(tree, 1 + 0.35 * field(x * 9, y * 9 + line * 3)), covered);
    }
    return colour;
  });
  return { size, data: blurred(raster.data, size, 3, (size / 96) * random.between(0, 2.2)) };
}
