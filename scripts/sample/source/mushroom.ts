import { mix } from '../canvas/colour.ts';
import type { Random } from '../canvas/random.ts';
import type { Drawer } from '../canvas/sketch.ts';
import type { Palette } from '../canvas/colour.ts';
import { blob, ellipse, group, stroke, type Point } from '../canvas/svg.ts';

function one(random: Random, palette: Palette): string {
  const breadth = random.between(45, 85);
  const height = random.between(30, 75);
  const stem = random.between(10, 22);
  const foot = stem * random.between(1, 1.7);
  const brim = -10;
  const lean = random.between(-14, 14);
  const stalk = mix(palette.light, palette.second, random.between(0, 0.35));
  const spots: string[] = [];
  if (random.chance(0.6)) {
    for (let spot = 0; spot < random.integer(5, 14); spot++) {
      const across = random.between(-0.8, 0.8);
      const up = random.between(0.15, 0.9) * Math.sqrt(1 - across * across);
      const radius = random.between(3, 8);
      spots.push(ellipse([across * breadth, brim - up * height], radius, radius * 0.75, { fill: palette.light }));
    }
  }
  const gills = Array.from({ length: 13 }, (_, index) => {
    const x = (index / 6 - 1) * breadth * 0.85;
    return stroke(
      [
        [x * 0.25 + lean * 0.2, brim + 9],
        [x, brim + 1],
      ],
      { stroke: mix(stalk, palette.dark, 0.5), width: 1.5 },
    );
  });
  const cap: Point[] = [
    [-breadth, brim],
    [-breadth * 0.8, brim - height * 0.6],
    [0, brim - height],
    [breadth * 0.8, brim - height * 0.6],
    [breadth, brim],
    [0, brim + 7],
  ];
  return (
    blob(
      [
        [-stem + lean * 0.3, brim],
        [-stem, 40],
        [-foot, 85],
        [0, 92],
        [foot, 85],
        [stem, 40],
        [stem + lean * 0.3, brim],
      ],
      { fill: stalk },
    ) +
    ellipse([0, brim + 2], breadth * 0.95, 13, { fill: mix(stalk, palette.dark, 0.25) }) +
    gills.join('') +
    (random.chance(0.4) ? ellipse([lean * 0.2, 26], stem * 1.5, 6, { fill: palette.light }) : '') +
    blob(cap, { fill: palette.main }) +
    spots.join('')
  );
}

/** A cap on a stalk, sometimes with a smaller one beside it. */
export const mushroom: Drawer = {
  name: 'mushroom',
  sketch: (random, palette) => {
    const body = random.chance(0.35)
      ? group(one(random, palette), {
          x: random.pick([-48, 48]),
          y: 38,
          degrees: random.between(-15, 15),
          scaleX: 0.5,
        }) + group(one(random, palette), { degrees: random.between(-6, 6), scaleX: 0.95 })
      : one(random, palette);
    return { kind: 'subject', body, turn: 25, relief: random.between(0.5, 1) };
  },
};
