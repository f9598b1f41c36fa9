import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { circle, ellipse, group, polar, rectangle, stroke } from '../canvas/svg.ts';

/** A round clock at any hour, some with the bells and feet of an alarm. */
export const clock: Drawer = {
  name: 'clock',
  sketch: (random, palette) => {
    const radius = random.between(58, 76);
    const dark = random.chance(0.25);
    const face = dark ? palette.dark : palette.light;
    const ink = dark ? palette.light : palette.dark;
    const parts: string[] = [];
    if (random.chance(0.5)) {
      for (const side of [-1, 1]) {
        const bell = polar([0, 0], side * 36, radius + 12);
        parts.push(
          stroke([polar([0, 0], side * 150, radius - 4), polar([0, 0], side * 148, radius + 20)], {
            stroke: palette.dark,
            width: 9,
          }),
          group(ellipse([0, 0], 26, 17, { fill: palette.second }), { x: bell[0], y: bell[1], degrees: side * 36 }),
        );
      }
      parts.push(rectangle(-4, -radius - 24, 8, 22, { fill: palette.dark }, 3));
    }
    parts.push(
      circle([0, 0], radius, { fill: palette.main }),
      circle([0, 0], radius - random.between(7, 14), {
        fill: face,
        stroke: mix(palette.main, palette.dark, 0.4),
        width: 2,
      }),
    );
    const marks = random.pick([4, 12, 12]);
    for (let mark = 0; mark < marks; mark++) {
      const angle = (mark * 360) / marks;
      parts.push(
        stroke([polar([0, 0], angle, radius * 0.62), polar([0, 0], angle, radius * 0.74)], {
          stroke: ink,
          width: mark % 3 === 0 ? 5 : 3,
        }),
      );
    }
    parts.push(
      stroke([[0, 0], polar([0, 0], random.between(0, 360), radius * 0.38)], {
        stroke: ink,
        width: random.between(5, 8),
      }),
      stroke([[0, 0], polar([0, 0], random.between(0, 360), radius * 0.6)], {
        stroke: ink,
        width: random.between(3, 5),
      }),
      random.chance(0.5)
        ? stroke([[0, 0], polar([0, 0], random.between(0, 360), radius * 0.66)], { stroke: palette.accent, width: 2 })
        : '',
      circle([0, 0], 5, { fill: palette.accent }),
    );
    return { kind: 'subject', body: parts.join(''), turn: 25, relief: random.between(0.3, 0.9) };
  },
};
