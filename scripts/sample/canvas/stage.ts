import sharp from 'sharp';
import { mix, scaled, type Colour } from './colour.ts';
import { fractal, gradientNoise } from './noise.ts';
import type { Random } from './random.ts';
import { blurred, type Raster } from './raster.ts';
import type { Subject } from './sketch.ts';

/** Where a subject stands, as shares of the picture and degrees. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  /** Half of the drawing's square. */
  readonly reach: number;
  readonly degrees: number;
  readonly mirrored: boolean;
  /** Width over height. */
  readonly aspect: number;
  readonly skew: number;
}

/**
 * Anywhere near the middle, turned as far as the subject allows.
 *
 * @param far least half width of the drawing, as a share of the picture
 * @param near the greatest
 */
export function anyPose(far: number, near: number): (random: Random, turn: number) => Pose {
  return (random, turn) => {
    const reach = random.between(far, near);
    const slack = Math.max(0.04, 0.5 - reach * 0.85);
    return {
      x: 0.5 + random.between(-slack, slack),
      y: 0.5 + random.between(-slack, slack),
      reach,
      degrees: random.between(-turn, turn),
      mirrored: random.chance(0.5),
      aspect: 1 + 0.08 * random.bell(),
      skew: 6 * random.bell(),
    };
  };
}

/** [size, size, 4], 0 to 1, colours not multiplied by alpha. */
async function rasterise(subject: Subject, pose: Pose, size: number): Promise<Float32Array> {
  const scale = (pose.reach * size) / 100;
  const width = (pose.mirrored ? -scale : scale) * Math.sqrt(pose.aspect);
  const height = scale / Math.sqrt(pose.aspect);
  const transform =
    `translate(${(pose.x * size).toFixed(3)} ${(pose.y * size).toFixed(3)}) rotate(${pose.degrees.toFixed(3)}) ` +
    `skewX(${pose.skew.toFixed(3)}) scale(${width.toFixed(5)} ${height.toFixed(5)})`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><g transform="${transform}">${subject.body}</g></svg>`;
  const { data } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return Float32Array.from(data, (byte) => byte / 255);
}

function alphaOf(drawn: Float32Array): Float32Array {
  return Float32Array.from({ length: drawn.length / 4 }, (_, index) => drawn[index * 4 + 3] ?? 0);
}

/** The mean colour of a raster where `weight` [size, size] lies. */
function meanColour(data: Float32Array, channels: number, weight: Float32Array): Colour {
  const sum = [0, 0, 0];
  let total = 1e-6;
  weight.forEach((share, pixel) => {
    total += share;
    for (let channel = 0; channel < 3; channel++) {
      sum[channel] = (sum[channel] ?? 0) + share * (data[pixel * channels + channel] ?? 0);
    }
  });
  return [(sum[0] ?? 0) / total, (sum[1] ?? 0) / total, (sum[2] ?? 0) / total];
}

/** Least distance of two mean colours at which a subject can still be told from what is behind it. */
const VISIBLE = 0.36;

/** Lightens or darkens the backdrop where subject and backdrop have nearly the same colour. */
function setApart(backdrop: Raster, subject: Colour, behind: Colour): void {
  const distance = Math.hypot(subject[0] - behind[0], subject[1] - behind[1], subject[2] - behind[2]);
  if (distance >= VISIBLE) return;
  const towards: Colour = behind[0] + behind[1] + behind[2] > 1.5 ? [0.08, 0.08, 0.1] : [0.96, 0.95, 0.92];
  const share = (VISIBLE - distance) * 1.6;
  for (let index = 0; index < backdrop.data.length; index += 3) {
    const colour: Colour = [backdrop.data[index] ?? 0, backdrop.data[index + 1] ?? 0, backdrop.data[index + 2] ?? 0];
    backdrop.data.set(mix(colour, towards, share), index);
  }
}

/** The shadow that the subject casts on the backdrop close behind it. */
function castShadow(random: Random, backdrop: Raster, alpha: Float32Array, light: readonly [number, number]): void {
  const { size, data } = backdrop;
  const depth = size * random.between(0.01, 0.06);
  const soft = blurred(alpha, size, 1, depth * random.between(0.4, 1));
  const strength = random.between(0, 0.55);
  const [shiftX, shiftY] = [Math.round(-light[0] * depth), Math.round(-light[1] * depth)];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [fromColumn, fromRow] = [column - shiftX, row - shiftY];
      if (fromColumn < 0 || fromRow < 0 || fromColumn >= size || fromRow >= size) continue;
      const shade = 1 - strength * (soft[fromRow * size + fromColumn] ?? 0);
      for (let channel = 0; channel < 3; channel++) {
        const index = (row * size + column) * 3 + channel;
        data[index] = (data[index] ?? 0) * shade;
      }
    }
  }
}

/** Brightness of the subject by pixel: its outline rounded off towards the light, and the grain of its skin. */
function shading(
  random: Random,
  subject: Subject,
  alpha: Float32Array,
  size: number,
  light: readonly [number, number],
): (row: number, column: number) => number {
  const fine = blurred(alpha, size, 1, size * 0.015);
  const broad = blurred(alpha, size, 1, size * 0.05);
  const height = (row: number, column: number): number => {
    const index = Math.min(size - 1, Math.max(0, row)) * size + Math.min(size - 1, Math.max(0, column));
    return (fine[index] ?? 0) * 0.6 + (broad[index] ?? 0) * 1.4;
  };
  const grain = fractal(gradientNoise(random), 3);
  const roughness = random.between(0, 0.18);
  const frequency = random.between(6, 30);
  const strength = subject.relief * random.between(0.5, 1) * (size / 96) * 3.2;
  return (row, column) => {
    const slopeX = height(row, column + 1) - height(row, column - 1);
    const slopeY = height(row + 1, column) - height(row - 1, column);
    const towards = -(slopeX * light[0] + slopeY * light[1]);
    const lit = 1 + Math.min(0.45, Math.max(-0.5, strength * towards));
    return lit * (1 + roughness * grain((column / size) * frequency, (row / size) * frequency));
  };
}

/** Puts a subject on a backdrop, lit from one side. The backdrop's own pixels are changed. */
export async function stage(random: Random, subject: Subject, pose: Pose, backdrop: Raster): Promise<Raster> {
  const { size } = backdrop;
  const drawn = await rasterise(subject, pose, size);
  const alpha = alphaOf(drawn);
  setApart(backdrop, meanColour(drawn, 4, alpha), meanColour(backdrop.data, 3, alpha));
  const angle = random.between(0, 2 * Math.PI);
  const light = [Math.cos(angle), Math.sin(angle) * 0.5 - 0.5] as const;
  castShadow(random, backdrop, alpha, light);
  const brightness = shading(random, subject, alpha, size, light);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const pixel = row * size + column;
      const share = alpha[pixel] ?? 0;
      if (share === 0) continue;
      const own: Colour = [drawn[pixel * 4] ?? 0, drawn[pixel * 4 + 1] ?? 0, drawn[pixel * 4 + 2] ?? 0];
      const at = pixel * 3;
      const behind: Colour = [backdrop.data[at] ?? 0, backdrop.data[at + 1] ?? 0, backdrop.data[at + 2] ?? 0];
      backdrop.data.set(mix(behind, scaled(own, brightness(row, column)), share), at);
    }
  }
  return backdrop;
}
