import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { polygon, polyline, rectangle } from '../canvas/svg.ts';

/** A house with gable, door, windows and chimney, its side wall in shade. */
export const house: Drawer = {
  name: 'house',
  sketch: (random, palette) => {
    const front = random.between(60, 90);
    const side = random.between(0, 60);
    const left = -(front + side) / 2;
    const wall = random.between(50, 90);
    const roof = random.between(30, 66);
    const ground = 85;
    const eaves = ground - wall;
    const skew = side * 0.25;
    const tiles = random.chance(0.6);
    const roofColour = palette.second;
    const shade = mix(palette.main, palette.dark, 0.35);
    const glass = random.chance(0.5) ? mix(palette.light, palette.accent, 0.4) : palette.dark;
    const parts: string[] = [];
    if (random.chance(0.6))
      parts.push(
        rectangle(left + front * 0.68, eaves - roof * 0.95, 13, roof * 0.8, {
          fill: mix(palette.accent, palette.dark, 0.3),
        }),
      );
    if (side > 8) {
      parts.push(
        polygon(
          [
            [left + front, eaves],
            [left + front + side, eaves - skew],
            [left + front + side, ground - skew],
            [left + front, ground],
          ],
          { fill: shade },
        ),
        rectangle(left + front + side * 0.35, eaves + wall * 0.25, side * 0.3, wall * 0.25, { fill: glass }),
      );
    }
    parts.push(
      rectangle(left, eaves, front, wall, { fill: palette.main }),
      polygon(
        [
          [left, eaves],
          [left + front / 2, eaves - roof],
          [left + front, eaves],
        ],
        { fill: mix(palette.main, palette.light, 0.2) },
      ),
    );
    const over = 7;
    parts.push(
      polygon(
        [
          [left + front / 2, eaves - roof - over],
          [left + front + over, eaves + 4],
          [left + front + side + over, eaves - skew + 4],
          [left + front / 2 + side, eaves - roof - skew - over],
        ],
        { fill: roofColour },
      ),
      polyline(
        [
          [left - over, eaves + 4],
          [left + front / 2, eaves - roof - over],
          [left + front + over, eaves + 4],
        ],
        { stroke: mix(roofColour, palette.dark, 0.3), width: 8 },
      ),
    );
    if (tiles && side > 8) {
      for (const share of [0.25, 0.5, 0.75]) {
        const [x, y] = [left + front / 2 + (front / 2 + over) * share, eaves - roof - over + (roof + over + 4) * share];
        parts.push(
          polyline(
            [
              [x, y],
              [x + side, y - skew],
            ],
            { stroke: mix(roofColour, palette.dark, 0.45), width: 2 },
          ),
        );
      }
    }
    const door = random.between(0.1, 0.6) * front;
    parts.push(
      rectangle(left + door, ground - wall * 0.55, 18, wall * 0.55, { fill: mix(palette.accent, palette.dark, 0.25) }),
    );
    const rows = wall > 72 ? [0.12, 0.56] : [0.3];
    for (const row of rows) {
      for (const share of [0.12, 0.44, 0.74]) {
        const x = left + share * front;
        if (row !== 0.12 && Math.abs(x - left - door) < 22) continue;
        const y = eaves + row * wall;
        parts.push(
          rectangle(x, y, 15, 18, { fill: glass, stroke: palette.light, width: 2.5 }),
          polyline(
            [
              [x + 7.5, y],
              [x + 7.5, y + 18],
            ],
            { stroke: palette.light, width: 1.5 },
          ),
        );
      }
    }
    return { kind: 'subject', body: parts.join(''), turn: 7, relief: random.between(0, 0.4) };
  },
};
