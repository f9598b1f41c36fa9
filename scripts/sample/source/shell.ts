import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { circle, polar, stroke } from '../canvas/svg.ts';

/** A sea snail's shell seen from its side: a spiral of growing discs, ribbed. */
export const shell: Drawer = {
  name: 'shell',
  sketch: (random, palette) => {
    const windings = random.between(2.2, 3.6);
    const growth = random.between(0.2, 0.3);
    const steps = 150;
    const parts: string[] = [];
    const ribs = random.pick([0, random.integer(14, 40)]);
    const angleAt = (share: number): number => share * windings * 360;
    // The spiral of growth: the distance from its centre grows by the same share in every turn.
    const distanceAt = (share: number): number => 58 * Math.exp((share - 1) * windings * 2 * Math.PI * growth);
    for (let step = 0; step <= steps; step++) {
      const share = step / steps;
      const center = polar([0, 0], angleAt(share), distanceAt(share));
      const radius = distanceAt(share) * 0.66 + 1;
      const band = ribs > 0 && Math.floor(share * ribs) % 2 === 0 ? 0.45 : 0;
      parts.push(
        circle(center, radius, { fill: mix(mix(palette.main, palette.second, share * share), palette.light, band) }),
      );
    }
    const seam = Array.from({ length: 60 }, (_, index) => {
      const share = index / 59;
      return polar([0, 0], angleAt(share), distanceAt(share) * 0.42);
    });
    const mouth = polar([0, 0], angleAt(1), 58);
    const body =
      parts.join('') +
      stroke(seam, { stroke: mix(palette.main, palette.dark, 0.7), width: 3, opacity: 0.8 }) +
      circle(mouth, 33, { fill: mix(palette.light, palette.accent, 0.3) }) +
      circle(mouth, 24, { fill: mix(palette.dark, palette.accent, 0.4) });
    return { kind: 'subject', body, turn: 180, relief: random.between(0.5, 1) };
  },
};
