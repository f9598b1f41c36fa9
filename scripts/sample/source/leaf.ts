import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, stroke, type Point } from '../canvas/svg.ts';

/** A leaf with its veins; the edge smooth, toothed or lobed. */
export const leaf: Drawer = {
  name: 'leaf',
  sketch: (random, palette) => {
    const breadth = random.between(22, 52);
    const fullest = random.between(0.35, 0.65);
    const teeth = random.pick([0, 0, random.integer(5, 12)]);
    const bite = random.between(0.08, 0.3);
    const bend = random.between(-22, 22);
    const half = (share: number): number => {
      const profile = share < fullest ? share / fullest : (1 - share) / (1 - fullest);
      const tooth = teeth === 0 ? 1 : 1 - bite * ((share * teeth) % 1);
      return breadth * Math.sin((Math.max(0, profile) * Math.PI) / 2) ** 0.8 * tooth;
    };
    const middle = (share: number): Point => [bend * Math.sin(share * Math.PI), 85 - 165 * share];
    const side = (sign: number): Point[] =>
      Array.from({ length: 26 }, (_, index) => {
        const share = (index + 0.5) / 26;
        return [middle(share)[0] + sign * half(share), middle(share)[1]];
      });
    const edge = [middle(0), ...side(1), middle(1), ...side(-1).reverse()];
    const veinColour = mix(palette.main, random.chance(0.5) ? palette.light : palette.dark, 0.55);
    const pairs = random.integer(4, 8);
    const veins = Array.from({ length: pairs }, (_, index) => {
      const share = 0.12 + (index / pairs) * 0.75;
      const from = middle(share);
      const reach = half(Math.min(0.97, share + 0.12)) * 0.8;
      return [1, -1].map((sign) =>
        stroke(
          [
            from,
            [from[0] + (sign * reach) / 2, from[1] - reach * 0.3],
            [from[0] + sign * reach, from[1] - reach * 0.75],
          ],
          {
            stroke: veinColour,
            width: 1.8,
          },
        ),
      );
    });
    const tip = random.between(-12, 12);
    const body =
      stroke([[tip, 98], middle(0), middle(0.5), middle(0.97)], {
        stroke: mix(palette.main, palette.dark, 0.5),
        width: 5,
      }) +
      blob(edge, { fill: palette.main }) +
      veins.flat().join('') +
      stroke([0, 0.25, 0.5, 0.75, 0.95].map(middle), { stroke: veinColour, width: 3 });
    return { kind: 'subject', body, turn: 180, relief: random.between(0.2, 0.8) };
  },
};
