import { mix, type Palette } from '../canvas/colour.ts';
import type { Random } from '../canvas/random.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, ellipse, group, polar, polygon, stroke, type Point } from '../canvas/svg.ts';
import { drift, perch } from './perch.ts';

/** The face: discs about the eyes, eyes open, half shut or closed, beak, with or without tufts. */
function face(random: Random, palette: Palette, breadth: number): string {
  const disc = breadth * random.between(0.42, 0.52);
  const eye = disc * random.between(0.42, 0.62);
  const apart = breadth * random.between(0.4, 0.48);
  const lids = random.pick(['open', 'open', 'open', 'half', 'closed']);
  const rim = mix(palette.light, palette.second, random.between(0.1, 0.6));
  const look = random.between(-0.25, 0.25) * eye;
  const parts: string[] = [];
  for (const side of [-1, 1]) {
    const center: Point = [side * apart, 0];
    parts.push(
      ellipse(center, disc * 1.06, disc * 1.12, { fill: mix(palette.second, palette.dark, 0.45) }),
      ellipse(center, disc * 0.95, disc, { fill: rim }),
    );
    if (lids === 'closed') {
      parts.push(
        stroke(
          [
            [center[0] - eye, 0],
            [center[0], eye * 0.5],
            [center[0] + eye, 0],
          ],
          { stroke: palette.dark, width: 2.6 },
        ),
      );
      continue;
    }
    parts.push(
      circle(center, eye, { fill: palette.accent, stroke: palette.dark, width: 2 }),
      circle([center[0] + look, 0], eye * random.between(0.5, 0.68), { fill: [0.05, 0.05, 0.07] }),
      circle([center[0] + look + eye * 0.2, -eye * 0.25], eye * 0.16, { fill: [1, 1, 1] }),
    );
    if (lids === 'half') parts.push(ellipse([center[0], -eye * 0.62], eye * 1.05, eye * 0.55, { fill: palette.main }));
  }
  parts.push(
    polygon(
      [
        [-disc * 0.2, disc * 0.25],
        [disc * 0.2, disc * 0.25],
        [0, disc * 0.9],
      ],
      { fill: mix(palette.accent, palette.dark, 0.45) },
    ),
  );
  return parts.join('');
}

function head(random: Random, palette: Palette): string {
  const breadth = random.between(36, 46);
  const height = breadth * random.between(0.78, 0.95);
  const tufts = random.pick(['none', 'short', 'long', 'long']);
  const parts: string[] = [];
  if (tufts !== 'none') {
    const tip = tufts === 'long' ? random.between(20, 30) : 10;
    for (const side of [-1, 1]) {
      parts.push(
        polygon(
          [
            [side * breadth * 0.3, -height * 0.85],
            [side * breadth * 0.92, -height - tip],
            [side * breadth * 0.95, -height * 0.3],
          ],
          { fill: mix(palette.main, palette.dark, 0.25) },
        ),
      );
    }
  }
  parts.push(ellipse([0, 0], breadth, height, { fill: palette.main }), face(random, palette, breadth));
  if (tufts !== 'none') {
    parts.push(
      stroke(
        [
          [-breadth * 0.72, -height * 0.8],
          [-8, -height * 0.35],
          [0, -height * 0.12],
          [8, -height * 0.35],
          [breadth * 0.72, -height * 0.8],
        ],
        { stroke: mix(palette.main, palette.dark, 0.35), width: 5 },
      ),
    );
  }
  return parts.join('');
}

/** Spots, bars or scales on the breast. */
function plumage(random: Random, palette: Palette, breadth: number, top: number, bottom: number): string {
  const kind = random.pick(['spots', 'bars', 'scales', 'plain']);
  if (kind === 'plain') return '';
  const colour = mix(palette.second, palette.dark, random.between(0.2, 0.6));
  const marks: string[] = [];
  const rows = random.integer(4, 7);
  for (let row = 0; row < rows; row++) {
    const y = top + ((bottom - top) * (row + 0.5)) / rows;
    const half = breadth * Math.sqrt(1 - ((row + 0.5) / rows - 0.45) ** 2 * 2.4);
    const count = 3 + (row % 2);
    for (let index = 0; index < count; index++) {
      const x = ((index + 0.5) / count - 0.5) * 2 * half;
      if (kind === 'spots') marks.push(ellipse([x, y], 2.6, 4.4, { fill: colour }));
      else if (kind === 'bars')
        marks.push(
          stroke(
            [
              [x - 6, y - 1],
              [x, y + 2],
              [x + 6, y - 1],
            ],
            { stroke: colour, width: 3 },
          ),
        );
      else
        marks.push(
          stroke(
            [
              [x - 8, y - 4],
              [x, y + 5],
              [x + 8, y - 4],
            ],
            { stroke: colour, width: 2 },
          ),
        );
    }
  }
  return marks.join('');
}

function perched(random: Random, palette: Palette): string {
  const breadth = random.between(38, 50);
  const foot = random.between(66, 82);
  const wing = mix(palette.main, palette.dark, random.between(0.15, 0.4));
  const spread = random.between(0, 16);
  const tail = foot + random.between(8, 26);
  const turned = random.between(-16, 16);
  const parts = [
    polygon(
      [
        [-14, foot - 20],
        [-18, tail],
        [0, tail + 5],
        [18, tail],
        [14, foot - 20],
      ],
      { fill: wing },
    ),
    perch(random, foot),
    blob(
      [
        [-breadth * 0.75, -30],
        [-breadth, 15],
        [-breadth * 0.7, foot - 14],
        [0, foot],
        [breadth * 0.7, foot - 14],
        [breadth, 15],
        [breadth * 0.75, -30],
      ],
      { fill: palette.main },
    ),
    blob(
      [
        [-breadth * 0.5, -20],
        [-breadth * 0.66, 15],
        [-breadth * 0.4, foot - 16],
        [0, foot - 7],
        [breadth * 0.4, foot - 16],
        [breadth * 0.66, 15],
        [breadth * 0.5, -20],
      ],
      { fill: mix(palette.light, palette.second, random.between(0, 0.5)) },
    ),
    plumage(random, palette, breadth * 0.6, 0, foot - 8),
  ];
  for (const side of [-1, 1]) {
    parts.push(
      blob(
        [
          [side * breadth * 0.72, -26],
          [side * (breadth * 1.08 + spread), 18],
          [side * (breadth * 0.85 + spread), foot - 4],
          [side * breadth * 0.62, foot - 22],
          [side * breadth * 0.66, 12],
        ],
        { fill: wing },
      ),
      stroke(
        [
          [side * breadth * 0.92, 0],
          [side * (breadth * 0.95 + spread * 0.6), 24],
          [side * (breadth * 0.84 + spread * 0.7), foot - 12],
        ],
        { stroke: mix(wing, palette.light, 0.35), width: 2.4 },
      ),
    );
    for (const toe of [-6, 0, 6]) {
      parts.push(
        stroke(
          [
            [side * 15 + toe * 0.5, foot - 6],
            [side * 15 + toe, foot + 6],
          ],
          { stroke: mix(palette.accent, palette.dark, 0.5), width: 4 },
        ),
      );
    }
  }
  parts.push(group(head(random, palette), { x: turned * 0.4, y: -44, degrees: turned }));
  return parts.join('');
}

function flying(random: Random, palette: Palette): string {
  const lift = random.between(-50, 40);
  const fingers = random.integer(5, 7);
  const wing = mix(palette.main, palette.dark, random.between(0.1, 0.35));
  const parts: string[] = [];
  for (const side of [-1, 1]) {
    const shoulder: Point = [side * 18, -8];
    const wrist: Point = [side * random.between(52, 60), lift * 0.5 - 16];
    const feathers: string[] = [];
    for (let finger = 0; finger < fingers; finger++) {
      const share = finger / (fingers - 1);
      const tip = polar(wrist, side * (62 + share * 95 - lift * 0.35), 46 - share * 12);
      feathers.push(
        stroke([wrist, tip], { stroke: mix(wing, finger % 2 === 0 ? palette.dark : palette.light, 0.22), width: 13 }),
      );
    }
    parts.push(
      ...feathers,
      blob(
        [
          shoulder,
          [side * 36, lift * 0.3 - 24],
          [wrist[0] + side * 6, wrist[1] - 9],
          [wrist[0] + side * 4, wrist[1] + 18],
          [side * 40, lift * 0.3 + 26],
          [side * 16, 32],
        ],
        { fill: wing },
      ),
      stroke(
        [
          [side * 26, lift * 0.15 - 4],
          [wrist[0], wrist[1] + 4],
        ],
        { stroke: mix(wing, palette.light, 0.45), width: 4 },
      ),
    );
  }
  for (const feather of [-2, -1, 0, 1, 2]) {
    parts.push(
      stroke([[0, 36], polar([0, 36], 180 - feather * 17, 38)], {
        stroke: mix(wing, palette.dark, feather % 2 === 0 ? 0.2 : 0),
        width: 13,
      }),
    );
  }
  parts.push(
    ellipse([0, 16], 25, 40, { fill: mix(palette.light, palette.second, random.between(0.1, 0.5)) }),
    plumage(random, palette, 18, 10, 50),
    group(head(random, palette), { y: -30, degrees: random.between(-14, 14), scaleX: 0.74 }),
  );
  return parts.join('');
}

/** An owl, perched or coming in on spread wings. */
export const owl: Drawer = {
  name: 'owl',
  sketch: (random, palette) => ({
    kind: 'subject',
    body: (random.chance(0.7) ? perched(random, palette) : flying(random, palette)) + drift(random),
    turn: 16,
    relief: random.between(0.2, 0.7),
  }),
};
