import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, ellipse, polar, polygon, stroke } from '../canvas/svg.ts';

/** A turtle from above: plates on its shell, head, flippers and tail. */
export const turtle: Drawer = {
  name: 'turtle',
  sketch: (random, palette) => {
    const breadth = random.between(44, 56);
    const length = breadth * random.between(1.05, 1.3);
    const skin = mix(palette.second, palette.dark, 0.1);
    const seam = mix(palette.main, palette.dark, 0.65);
    const swing = random.between(-14, 14);
    const parts: string[] = [];
    for (const side of [-1, 1]) {
      const front = random.between(18, 40);
      parts.push(
        blob(
          [
            [side * breadth * 0.6, -length * 0.7],
            [side * (breadth + front), -length * 0.75 + swing],
            [side * (breadth + front + 6), -length * 0.35 + swing],
            [side * breadth * 0.8, -length * 0.35],
          ],
          { fill: skin },
        ),
        blob(
          [
            [side * breadth * 0.5, length * 0.6],
            [side * (breadth * 0.85 + 8), length * 0.9 - swing],
            [side * breadth * 0.75, length + 8 - swing],
            [side * breadth * 0.3, length * 0.8],
          ],
          { fill: skin },
        ),
      );
    }
    const neck = random.between(-8, 8);
    parts.push(
      stroke(
        [
          [0, length * 0.8],
          [swing * 0.4, length + 16],
        ],
        { stroke: skin, width: 6 },
      ),
      ellipse([neck, -length - 10], 13, 19, { fill: skin }),
      circle([neck - 7, -length - 16], 2.6, { fill: palette.dark }),
      circle([neck + 7, -length - 16], 2.6, { fill: palette.dark }),
      ellipse([0, 0], breadth + 5, length + 5, { fill: seam }),
      ellipse([0, 0], breadth, length, { fill: palette.main }),
    );
    const plates = random.integer(8, 12);
    for (let plate = 0; plate < plates; plate++) {
      const angle = (plate * 360) / plates;
      const from = polar([0, 0], angle, 1);
      parts.push(
        stroke(
          [
            [from[0] * breadth * 0.6, from[1] * length * 0.65],
            [from[0] * breadth, from[1] * length],
          ],
          { stroke: seam, width: 2.5 },
        ),
      );
    }
    for (const y of [-length * 0.42, 0, length * 0.42]) {
      const [w, h] = [breadth * 0.5, length * 0.24];
      parts.push(
        polygon(
          [
            [-w, y],
            [-w * 0.5, y - h],
            [w * 0.5, y - h],
            [w, y],
            [w * 0.5, y + h],
            [-w * 0.5, y + h],
          ],
          {
            fill: mix(palette.main, palette.accent, 0.45),
            stroke: seam,
            width: 3,
          },
        ),
      );
    }
    return { kind: 'subject', body: parts.join(''), turn: 180, relief: random.between(0.5, 1) };
  },
};
