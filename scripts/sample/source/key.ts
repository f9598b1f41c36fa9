import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { circle, ellipse, rectangle } from '../canvas/svg.ts';

/** An old key: bow, shaft with collars, bit with notches. */
export const key: Drawer = {
  name: 'key',
  sketch: (random, palette) => {
    const shaft = random.between(8, 13);
    const bow = random.between(20, 32);
    const metal = { stroke: palette.main, width: random.between(7, 11) };
    const shade = mix(palette.main, palette.dark, 0.45);
    const parts: string[] = [];
    const kind = random.pick(['ring', 'trefoil', 'oval', 'heart']);
    const head = -90 + bow;
    if (kind === 'ring')
      parts.push(circle([0, head], bow, metal), circle([0, head], bow * 0.4, { stroke: shade, width: 3 }));
    else if (kind === 'oval') parts.push(ellipse([0, head], bow * 1.35, bow * 0.85, metal));
    else if (kind === 'trefoil') {
      for (const [x, y] of [
        [-bow * 0.75, head + 8],
        [bow * 0.75, head + 8],
        [0, head - bow * 0.35],
      ] as const) {
        parts.push(circle([x, y], bow * 0.58, metal));
      }
    } else
      parts.push(
        ellipse([-bow * 0.5, head], bow * 0.75, bow * 0.9, metal),
        ellipse([bow * 0.5, head], bow * 0.75, bow * 0.9, metal),
      );
    const end = random.between(76, 95);
    parts.push(rectangle(-shaft / 2, head + bow * 0.8, shaft, end - head - bow * 0.8, { fill: palette.main }, 2));
    for (const y of [head + bow + 6, head + bow + 16]) {
      parts.push(rectangle(-shaft, y, shaft * 2, 6, { fill: shade }, 3));
    }
    const bits = random.integer(2, 4);
    const depth = random.between(20, 36);
    const pitch = random.between(11, 16);
    for (let bit = 0; bit < bits; bit++) {
      parts.push(
        rectangle(0, end - 12 - bit * pitch, depth * random.between(0.65, 1), pitch * 0.62, { fill: palette.main }, 1),
      );
    }
    parts.push(
      rectangle(0, end - 12 - (bits - 1) * pitch, depth * 0.4, (bits - 1) * pitch + 6, { fill: palette.main }),
    );
    return { kind: 'subject', body: parts.join(''), turn: 180, relief: random.between(0.4, 1) };
  },
};
