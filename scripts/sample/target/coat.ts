import { oklch, type Palette } from '../canvas/colour.ts';
import type { Random } from '../canvas/random.ts';

/** [lightness, chroma, hue] of coats and plumages; owls and foxes wear all of them. */
const COATS = [
  [0.62, 0.14, 52],
  [0.55, 0.11, 45],
  [0.68, 0.09, 70],
  [0.5, 0.06, 55],
  [0.58, 0.02, 250],
  [0.42, 0.03, 260],
  [0.36, 0.03, 40],
  [0.78, 0.05, 80],
  [0.88, 0.02, 90],
  [0.6, 0.08, 25],
  [0.56, 0.06, 290],
  [0.6, 0.06, 200],
] as const;

/** The colours of one animal: its coat, a neighbouring tone, its eyes, its markings and its pale parts. */
export function randomCoat(random: Random): Palette {
  const [lightness, chroma, hue] = random.pick(COATS);
  const light = Math.min(0.92, lightness + 0.05 * random.bell());
  const turned = hue + 10 * random.bell();
  return {
    main: oklch(light, chroma, turned),
    second: oklch(light + random.pick([-0.13, -0.1, 0.1]), chroma * 0.9, turned + 8 * random.bell()),
    accent: oklch(random.between(0.7, 0.86), random.between(0.1, 0.17), random.between(60, 120)),
    dark: oklch(random.between(0.16, 0.28), 0.03, turned),
    light: oklch(random.between(0.88, 0.97), 0.025, turned + 20),
  };
}
