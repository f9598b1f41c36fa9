import { mix, randomPalette, smoothstep, type Colour, type Palette } from './colour.ts';
import { cellularNoise, fractal, gradientNoise } from './noise.ts';
import type { Random } from './random.ts';
import { blurred, paint, type Raster } from './raster.ts';

/** Draws what is behind a subject. */
export type Backdrop = (random: Random, size: number) => Raster;

function wall(random: Random, size: number, { main, second }: Palette): Raster {
  const [slopeX, slopeY] = [random.between(-1, 1), random.between(-1, 1)];
  const grain = fractal(gradientNoise(random), 3);
  const roughness = random.between(0, 0.25);
  const frequency = random.between(3, 25);
  return paint(size, (x, y) =>
    mix(main, second, 0.5 + (x - 0.5) * slopeX + (y - 0.5) * slopeY + roughness * grain(x * frequency, y * frequency)),
  );
}

function mottled(random: Random, size: number, { main, second, accent }: Palette): Raster {
  const field = fractal(gradientNoise(random), 4);
  const frequency = random.between(1.5, 6);
  const spread = random.between(0.6, 1.6);
  return paint(size, (x, y) => {
    const value = field(x * frequency, y * frequency);
    const base = mix(main, second, 0.5 + value * spread);
    return mix(base, accent, 0.5 * smoothstep(0.1, 0.6, field(x * frequency + 40, y * frequency)));
  });
}

function horizon(random: Random, size: number, { main, second, light, accent }: Palette): Raster {
  const height = random.between(0.35, 0.8);
  const waves = fractal(gradientNoise(random), 3);
  const ground = fractal(gradientNoise(random), 4);
  const roughness = random.between(0, 0.12);
  const haze = random.between(0, 0.7);
  return paint(size, (x, y) => {
    const edge = height + roughness * waves(x * 3, 0.5);
    if (y < edge) return mix(main, light, (y / edge) * haze);
    const depth = (y - edge) / (1 - edge + 0.05);
    return mix(second, accent, 0.35 + 0.6 * ground((x * 6) / (depth + 0.3), 6 * depth) + 0.2 * depth);
  });
}

/** Soft discs of light, as a wide lens makes of what lies far behind. */
function outOfFocus(random: Random, size: number, palette: Palette): Raster {
  const colours: readonly Colour[] = [palette.main, palette.second, palette.accent, palette.light, palette.dark];
  const discs = Array.from({ length: random.integer(10, 40) }, () => ({
    x: random.next(),
    y: random.next(),
    radius: random.between(0.03, 0.2),
    colour: random.pick(colours),
    strength: random.between(0.2, 0.7),
  }));
  return paint(size, (x, y) => {
    let colour = mix(palette.main, palette.second, y);
    for (const disc of discs) {
      const distance = Math.hypot(x - disc.x, y - disc.y);
      colour = mix(colour, disc.colour, disc.strength * (1 - smoothstep(disc.radius * 0.7, disc.radius, distance)));
    }
    return colour;
  });
}

/** Leaves, gravel or rubbish: a floor of flat cells. */
function litter(random: Random, size: number, { main, second, dark }: Palette): Raster {
  const cells = cellularNoise(random);
  const frequency = random.between(4, 14);
  const gap = random.between(0.02, 0.2);
  const stretch = random.between(0.6, 1.6);
  const raster = paint(size, (x, y) => {
    const cell = cells(x * frequency, y * frequency * stretch);
    return mix(dark, mix(main, second, cell.identity), 0.3 + 0.7 * smoothstep(0, gap, cell.second - cell.nearest));
  });
  return { size, data: blurred(raster.data, size, 3, (size / 96) * random.between(0, 2.5)) };
}

/** Boards, blinds, reeds or rows of a field, out of focus more often than not. */
function bars(random: Random, size: number, { main, second, accent }: Palette): Raster {
  const angle = random.between(0, Math.PI);
  const [across, down] = [Math.cos(angle), Math.sin(angle)];
  const count = random.between(3, 12);
  const wobble = gradientNoise(random);
  const amount = random.between(0, 0.08);
  const raster = paint(size, (x, y) => {
    const position = (x * across + y * down + amount * wobble(x * 3, y * 3)) * count;
    const inside = smoothstep(0.1, 0.25, Math.abs((((position % 1) + 1) % 1) - 0.5));
    return mix(mix(main, second, inside), accent, 0.15 * (1 + wobble(Math.floor(position) * 7.7, 3.3)));
  });
  return { size, data: blurred(raster.data, size, 3, (size / 96) * random.between(0, 3)) };
}

const KINDS = [wall, wall, wall, mottled, mottled, horizon, horizon, outOfFocus, outOfFocus, litter, bars] as const;

/** One of the kinds above, in colours of its own. */
export const anyBackdrop: Backdrop = (random, size) => random.pick(KINDS)(random, size, randomPalette(random));
