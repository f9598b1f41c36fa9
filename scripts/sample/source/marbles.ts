import { mix, scaled, smoothstep, type Colour } from '../canvas/colour.ts';
import { fractal, gradientNoise } from '../canvas/noise.ts';
import type { Drawer } from '../canvas/sketch.ts';

/** Polished balls on a floor: shading, highlight, veins of colour and contact shadows. */
export const marbles: Drawer = {
  name: 'marbles',
  sketch: (random, palette) => {
    const colours: readonly Colour[] = [palette.main, palette.second, palette.accent, palette.light];
    const angle = random.between(0, 2 * Math.PI);
    const tall = random.between(0.5, 0.85);
    const flat = Math.sqrt(1 - tall * tall);
    const light = [Math.cos(angle) * flat, Math.sin(angle) * flat, tall] as const;
    const floor = fractal(gradientNoise(random), 4);
    const veins = fractal(gradientNoise(random), 3);
    const frequency = random.between(2, 12);
    const swirl = random.between(0, 1);
    const gloss = random.pick([12, 30, 80]);
    const balls: { x: number; y: number; radius: number; colour: Colour; other: Colour }[] = [];
    for (let attempt = 0; attempt < 60 && balls.length < 9; attempt++) {
      const ball = {
        x: random.between(0.05, 0.95),
        y: random.between(0.05, 0.95),
        radius: random.between(0.09, 0.24),
        colour: random.pick(colours),
        other: random.pick(colours),
      };
      if (balls.every(({ x, y, radius }) => Math.hypot(x - ball.x, y - ball.y) > radius + ball.radius))
        balls.push(ball);
    }
    return {
      kind: 'surface',
      turn: 180,
      colourAt: (x, y) => {
        for (const ball of balls) {
          const [dx, dy] = [(x - ball.x) / ball.radius, (y - ball.y) / ball.radius];
          const square = dx * dx + dy * dy;
          if (square >= 1) continue;
          const dz = Math.sqrt(1 - square);
          const facing = dx * light[0] + dy * light[1] + dz * light[2];
          const vein = smoothstep(0.05, 0.35, veins(dx * 1.3 + ball.x * 20, dy * 1.3 + dz + ball.y * 20)) * swirl;
          const body = scaled(mix(ball.colour, ball.other, vein), 0.28 + 0.85 * Math.max(0, facing));
          const reflected = Math.max(0, 2 * facing * dz - light[2]);
          return mix(body, [1, 1, 1], 0.9 * reflected ** gloss * smoothstep(0.8, 0.98, Math.sqrt(1 - square * 0.5)));
        }
        let shade = 1;
        for (const ball of balls) {
          const distance = Math.hypot(
            x - ball.x + light[0] * ball.radius * 0.45,
            y - ball.y + light[1] * ball.radius * 0.45,
          );
          shade = Math.min(shade, 0.45 + 0.55 * smoothstep(ball.radius * 0.75, ball.radius * 1.35, distance));
        }
        return scaled(mix(palette.dark, palette.second, 0.55 + 0.6 * floor(x * frequency, y * frequency)), shade);
      },
    };
  },
};
