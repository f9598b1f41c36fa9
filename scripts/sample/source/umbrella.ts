import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { path, stroke } from '../canvas/svg.ts';

/** An open umbrella from the side: scalloped canopy in panels, stick and crook. */
export const umbrella: Drawer = {
  name: 'umbrella',
  sketch: (random, palette) => {
    const panels = random.integer(4, 7);
    const span = random.between(70, 94);
    const rise = random.between(46, 80);
    const rim = random.between(-10, 12);
    const two = random.chance(0.7);
    const parts = [
      stroke(
        [
          [0, rim - rise - 14],
          [0, rim],
        ],
        { stroke: palette.dark, width: 5 },
      ),
      stroke(
        [
          [0, rim - 20],
          [0, 78],
          [6, 92],
          [18, 92],
          [23, 80],
        ],
        { stroke: mix(palette.dark, palette.accent, 0.35), width: random.between(5, 8) },
      ),
    ];
    const edge = (index: number): number => span * Math.sin(((index / panels) * 2 - 1) * (Math.PI / 2));
    for (let panel = 0; panel < panels; panel++) {
      const [from, to] = [edge(panel), edge(panel + 1)];
      const colour = panel % 2 === 0 || !two ? palette.main : palette.second;
      parts.push(
        path(
          `M0 ${rim - rise} Q${from * 0.95} ${rim - rise * 0.85} ${from} ${rim} Q${(from + to) / 2} ${rim - random.between(10, 14)} ${to} ${rim} Q${to * 0.95} ${rim - rise * 0.85} 0 ${rim - rise} Z`,
          { fill: colour, stroke: mix(colour, palette.dark, 0.35), width: 1.5 },
        ),
      );
    }
    return { kind: 'subject', body: parts.join(''), turn: 40, relief: random.between(0.4, 1) };
  },
};
