import { mix, oklch } from '../canvas/colour.ts';
import type { Random } from '../canvas/random.ts';
import { blob, circle, ellipse, rectangle, stroke } from '../canvas/svg.ts';

/** What an animal sits on; owls and foxes use all of them. Its upper side lies at `y`. */
export function perch(random: Random, y: number): string {
  const bark = oklch(random.between(0.3, 0.5), 0.04, random.between(30, 80));
  const shade = mix(bark, [0, 0, 0], 0.4);
  switch (random.pick(['none', 'branch', 'stump', 'hump', 'rock'])) {
    case 'branch': {
      const slope = random.between(-8, 8);
      const twig = random.between(-80, 80);
      return (
        stroke(
          [
            [-400, y + 8 + slope * 3],
            [-60, y + 10 + slope],
            [60, y + 6 - slope],
            [400, y + 8 - slope * 3],
          ],
          { stroke: bark, width: random.between(9, 17) },
        ) +
        stroke(
          [
            [twig, y + 8],
            [twig + 18, y - 10],
            [twig + 24, y - 26],
          ],
          { stroke: bark, width: 5 },
        ) +
        stroke(
          [
            [-400, y + 12 + slope * 3],
            [0, y + 12],
            [400, y + 12 - slope * 3],
          ],
          { stroke: shade, width: 2.5 },
        )
      );
    }
    case 'stump': {
      const half = random.between(36, 60);
      return (
        rectangle(-half, y + 4, half * 2, 420, { fill: bark }, 4) +
        ellipse([0, y + 6], half, 9, { fill: oklch(0.75, 0.06, 75) }) +
        ellipse([0, y + 6], half * 0.55, 5, { stroke: bark, width: 2 }) +
        stroke(
          [
            [-half * 0.4, y + 20],
            [-half * 0.45, y + 300],
          ],
          { stroke: shade, width: 3 },
        ) +
        stroke(
          [
            [half * 0.3, y + 20],
            [half * 0.36, y + 300],
          ],
          { stroke: shade, width: 3 },
        )
      );
    }
    case 'hump': {
      const ground = random.chance(0.5)
        ? oklch(0.93, 0.015, 230)
        : oklch(random.between(0.4, 0.65), 0.09, random.between(100, 150));
      return blob(
        [
          [-500, y + 110],
          [-180, y + 26],
          [0, y],
          [180, y + 26],
          [500, y + 110],
          [500, y + 500],
          [-500, y + 500],
        ],
        { fill: ground },
      );
    }
    case 'rock': {
      const stone = oklch(random.between(0.45, 0.7), 0.015, random.between(0, 360));
      return (
        blob(
          [
            [-120, y + 400],
            [-104, y + 80],
            [-74, y + 14],
            [-20, y],
            [30, y + 2],
            [80, y + 20],
            [116, y + 90],
            [130, y + 400],
          ],
          { fill: stone },
        ) +
        stroke(
          [
            [-30, y + 20],
            [0, y + 30],
            [20, y + 24],
          ],
          { stroke: mix(stone, [0, 0, 0], 0.35), width: 2.5 },
        )
      );
    }
    default:
      return '';
  }
}

/** Falling leaves, snow or fireflies before the animal. */
export function drift(random: Random): string {
  if (random.chance(0.5)) return '';
  const colour = random.pick([
    oklch(0.96, 0.01, 230),
    oklch(0.7, 0.14, 60),
    oklch(0.9, 0.13, 105),
    oklch(0.6, 0.1, 140),
  ]);
  const leaves = random.chance(0.5);
  return Array.from({ length: random.integer(8, 40) }, () => {
    const [x, y] = [random.between(-170, 170), random.between(-170, 170)] as const;
    const reach = random.between(1.5, 4);
    return leaves
      ? blob(
          [
            [x - reach * 1.6, y],
            [x, y - reach],
            [x + reach * 1.6, y + reach * 0.6],
            [x, y + reach],
          ],
          { fill: colour, opacity: 0.85 },
        )
      : circle([x, y], reach, { fill: colour, opacity: random.between(0.5, 0.95) });
  }).join('');
}
