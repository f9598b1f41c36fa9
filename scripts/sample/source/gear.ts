import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { circle, group, polar, polygon, rectangle, type Point } from '../canvas/svg.ts';

/** A cogwheel with a hub and spokes or holes. */
export const gear: Drawer = {
  name: 'gear',
  sketch: (random, palette) => {
    const teeth = random.integer(8, 20);
    const root = random.between(62, 76);
    const tip = root + random.between(10, 20);
    const pitch = 360 / teeth;
    const outline: Point[] = [];
    for (let tooth = 0; tooth < teeth; tooth++) {
      const start = tooth * pitch;
      outline.push(
        polar([0, 0], start, root),
        polar([0, 0], start + pitch * 0.14, tip),
        polar([0, 0], start + pitch * 0.4, tip),
        polar([0, 0], start + pitch * 0.54, root),
      );
    }
    const inner = mix(palette.main, palette.dark, 0.55);
    const parts = [polygon(outline, { fill: palette.main, stroke: mix(palette.main, palette.dark, 0.4), width: 2 })];
    const kind = random.pick(['spokes', 'holes', 'plain']);
    const count = random.integer(3, 7);
    if (kind === 'spokes') {
      parts.push(circle([0, 0], root * 0.78, { fill: inner }));
      for (let spoke = 0; spoke < count; spoke++) {
        parts.push(
          group(rectangle(-6, -root * 0.8, 12, root * 0.8, { fill: palette.main }), { degrees: (spoke * 360) / count }),
        );
      }
    } else if (kind === 'holes') {
      for (let hole = 0; hole < count; hole++) {
        parts.push(
          circle(polar([0, 0], (hole * 360) / count, root * 0.62), root * random.between(0.14, 0.2), { fill: inner }),
        );
      }
    } else {
      parts.push(circle([0, 0], root * 0.75, { stroke: inner, width: 4 }));
    }
    const hub = random.between(14, 28);
    parts.push(
      circle([0, 0], hub, { fill: mix(palette.main, palette.second, 0.6), stroke: inner, width: 3 }),
      circle([0, 0], hub * 0.45, { fill: palette.dark }),
    );
    return { kind: 'subject', body: parts.join(''), turn: 180, relief: random.between(0.3, 1) };
  },
};
