import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { polygon, rectangle, type Point } from '../canvas/svg.ts';

/** A fir: ragged tiers that widen downwards, on a trunk, sometimes under snow. */
export const conifer: Drawer = {
  name: 'conifer',
  sketch: (random, palette) => {
    const tiers = random.integer(3, 8);
    const breadth = random.between(34, 62);
    const ragged = random.between(2, 9);
    const snow = random.chance(0.3);
    const parts = [rectangle(-6, 70, 12, 28, { fill: mix(palette.dark, palette.accent, 0.25) })];
    for (let tier = tiers - 1; tier >= 0; tier--) {
      const top = -96 + (tier * 150) / tiers;
      const bottom = top + 150 / tiers + 34;
      const half = breadth * ((tier + 1) / tiers) ** 0.85;
      const teeth = 4 + tier * 2;
      const edge: Point[] = Array.from({ length: teeth + 1 }, (_, index) => [
        half - (2 * half * index) / teeth,
        bottom + (index % 2 === 0 ? 0 : -ragged) + random.between(-3, 3),
      ]);
      const tone = mix(palette.main, palette.dark, random.between(0.05, 0.3));
      parts.push(polygon([[0, top], ...edge], { fill: tone }));
      parts.push(
        polygon([[0, top], [half * 0.35, bottom - 8], [half * 0.9, bottom - 2], ...edge.slice(0, 2)], {
          fill: palette.dark,
          opacity: 0.25,
        }),
      );
      if (snow)
        parts.push(
          polygon(
            [
              [0, top],
              [half * 0.4, top + (bottom - top) * 0.45],
              [0, top + (bottom - top) * 0.36],
              [-half * 0.4, top + (bottom - top) * 0.45],
            ],
            { fill: palette.light },
          ),
        );
    }
    return { kind: 'subject', body: parts.join(''), turn: 8, relief: random.between(0.2, 0.7) };
  },
};
