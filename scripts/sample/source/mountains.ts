import { mix, scaled, smoothstep } from '../canvas/colour.ts';
import { fractal, gradientNoise } from '../canvas/noise.ts';
import type { Drawer } from '../canvas/sketch.ts';

/** Ridge behind ridge, paler with distance, snow on the highest, one flank of each in shade. */
export const mountains: Drawer = {
  name: 'mountains',
  sketch: (random, palette) => {
    const ridges = random.integer(2, 5);
    const profile = gradientNoise(random);
    const rock = fractal(gradientNoise(random), 5);
    const steep = random.between(1.6, 3.6);
    const snow = random.between(0, 0.16);
    const top = random.between(0.2, 0.4);
    const side = random.chance(0.5) ? 1 : -1;
    // Folding the noise at zero makes sharp crests.
    const crest = (x: number, ridge: number): number => {
      let sum = 0;
      let weight = 0.5;
      for (let octave = 0; octave < 5; octave++) {
        sum += weight * (1 - 2 * Math.abs(profile(x * steep * 2 ** octave, ridge * 13.7 + octave * 3.1)));
        weight *= 0.48;
      }
      return top + (ridge * (0.9 - top)) / ridges + 0.12 - 0.22 * sum;
    };
    return {
      kind: 'surface',
      turn: 8,
      colourAt: (x, y) => {
        for (let ridge = ridges - 1; ridge >= 0; ridge--) {
          const edge = crest(x, ridge);
          if (y < edge) continue;
          const near = (ridge + 1) / ridges;
          const depth = y - edge;
          const stone = rock(x * 7 + ridge * 5, y * 7);
          // Spurs run down from the crest and wander: the light on them is that of the crest beside, ever less sharp.
          const from = x + depth * 0.5 * rock(x * 2, y * 3 + ridge * 11);
          const reach = 0.012 + depth * 0.25;
          const slope = (crest(from + reach, ridge) - crest(from - reach, ridge)) / reach;
          const flank = smoothstep(-0.5, 0.5, side * slope * 0.5 + 0.5 * stone);
          const base = mix(palette.second, palette.main, near);
          const covered = ridge < 2 ? smoothstep(-0.03, 0.03, snow - depth + 0.1 * stone) : 0;
          const lit = scaled(mix(base, palette.light, covered), 0.55 + 0.55 * flank + 0.2 * stone);
          return mix(palette.light, lit, 0.35 + 0.65 * near);
        }
        return mix(palette.accent, palette.light, smoothstep(-0.1, 0.6, y));
      },
    };
  },
};
