import type { Random } from './random.ts';

/** Red, green and blue as sRGB stores them, each in [0, 1]. */
export type Colour = readonly [number, number, number];

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

function gamma(linear: number): number {
  const value = clamp(linear);
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}

/**
 * A colour by its perceived lightness, chroma and hue, so that random hues are equally bright: Oklab by Björn Ottosson,
 * https://bottosson.github.io/posts/oklab/. Colours outside sRGB are clipped.
 *
 * @param lightness 0 to 1
 * @param chroma 0 (grey) to about 0.3
 * @param hue degrees
 */
export function oklch(lightness: number, chroma: number, hue: number): Colour {
  const angle = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** @param share 0 gives `from`, 1 gives `to`; clamped */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const t = clamp(share);
  return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t];
}

/** Brighter (factor above 1) or darker, not clamped: the camera clips at the end. */
export function scaled(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothstep(low: number, high: number, value: number): number {
  const t = clamp((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}

/** As SVG and CSS write it. */
export function hex(colour: Colour): string {
  return `#${colour
    .map((channel) =>
      Math.round(clamp(channel) * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Colours that go together. Every class draws with the same palettes, so that no colour gives a class away. */
export interface Palette {
  readonly main: Colour;
  readonly second: Colour;
  readonly accent: Colour;
  readonly dark: Colour;
  readonly light: Colour;
}

/** Steps on the circle of hues from the main colour to the second and the accent. */
const HARMONIES = [
  [20, 40],
  [-30, 180],
  [180, 200],
  [120, 240],
  [60, -60],
  [10, 150],
] as const;

/** Any hue, from vivid to nearly grey, from light to dark. */
export function randomPalette(random: Random): Palette {
  const hue = random.between(0, 360);
  const [secondStep, accentStep] = random.pick(HARMONIES);
  const chroma = random.between(0.02, 0.19);
  const lightness = random.between(0.4, 0.82);
  const contrast = random.between(0.12, 0.3) * (lightness > 0.6 ? -1 : 1);
  return {
    main: oklch(lightness, chroma, hue),
    second: oklch(lightness + contrast, chroma * random.between(0.5, 1.1), hue + secondStep),
    accent: oklch(random.between(0.45, 0.85), chroma * random.between(0.7, 1.3), hue + accentStep),
    dark: oklch(random.between(0.15, 0.3), chroma * 0.4, hue + random.between(-30, 30)),
    light: oklch(random.between(0.88, 0.97), chroma * 0.25, hue + random.between(-30, 30)),
  };
}
