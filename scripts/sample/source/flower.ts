import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, group, polar, stroke } from '../canvas/svg.ts';

/** A blossom from the front: one or two rings of petals about a dotted heart, sometimes on its stem. */
export const flower: Drawer = {
  name: 'flower',
  sketch: (random, palette) => {
    const petals = random.integer(5, 13);
    const length = random.between(52, 84);
    const breadth = (length * random.between(1.6, 2.7)) / petals + 3;
    const notch = random.between(-8, 8);
    const heart = random.between(14, 28);
    const petal = (colour: typeof palette.main): string =>
      blob(
        [
          [0, -heart * 0.4],
          [breadth * 0.7, -length * 0.5],
          [breadth * 0.55, -length * 0.95],
          [0, -length + notch],
          [-breadth * 0.55, -length * 0.95],
          [-breadth * 0.7, -length * 0.5],
        ],
        { fill: colour },
      ) +
      stroke(
        [
          [0, -heart],
          [0, -length * 0.75],
        ],
        { stroke: mix(colour, palette.dark, 0.35), width: 1.6 },
      );
    const ring = (offset: number, scale: number, tone: number): string =>
      Array.from({ length: petals }, (_, index) =>
        group(petal(mix(palette.main, palette.second, tone + 0.25 * random.next())), {
          degrees: ((index + offset) * 360) / petals + 3 * random.bell(),
          scaleX: scale,
        }),
      ).join('');
    const dots = Array.from({ length: 16 }, () =>
      circle(polar([0, 0], random.between(0, 360), heart * Math.sqrt(random.next()) * 0.85), heart * 0.11, {
        fill: mix(palette.accent, palette.dark, 0.6),
      }),
    );
    const stem = random.chance(0.4)
      ? stroke(
          [
            [0, 0],
            [random.between(-15, 15), 60],
            [random.between(-25, 25), 110],
          ],
          { stroke: mix(palette.second, palette.dark, 0.5), width: 7 },
        )
      : '';
    const double = random.chance(0.5);
    const body =
      stem +
      ring(0, 1, 0.1) +
      (double ? ring(0.5, random.between(0.6, 0.8), 0.5) : '') +
      circle([0, 0], heart, { fill: palette.accent }) +
      dots.join('');
    return { kind: 'subject', body, turn: 40, relief: random.between(0.2, 0.8) };
  },
};
