import type { AugmentationPlan } from '../../../shared/contract/augmentation.ts';
import type { ImageSize } from '../../graph/augmentation/augment-images.ts';
import { chanceFor, evenly, type DrawnImage } from './chance.ts';
import { randomPart, WHOLE, type Part } from './parts.ts';

/** Rounding must not put a pixel outside of the image, where there is none: less than a hundredth of a pixel. */
const RIM = 1e-5;
const RADIANS = Math.PI / 180;

export interface LookupSizes {
  readonly canvas: ImageSize;
  /** Of the network's input. */
  readonly input: ImageSize;
}

function drawGeometry(plan: AugmentationPlan, { seeds, aspectRatio }: DrawnImage, { input }: LookupSizes): Geometry {
  const chance = chanceFor(seeds, 'lookup');
  const isMirrored = chance() < 0.5 && plan.horizontalFlip;
  const crop = plan.randomResizedCrop;
  const part = crop ? randomPart(chance, crop, aspectRatio, input.width / input.height) : WHOLE;
  return { part, isMirrored, isUpsideDown: plan.verticalFlip && chanceFor(seeds, 'verticalFlip')() < 0.5 };
}

/**
 * Where the first and the last of `to` pixels lie that a part becomes, from 0, the centre of the first of `from` pixels, to
 * 1, that of the last. Pixels are areas, so their centres lie half a pixel inside of the part.
 */
function centres(start: number, size: number, from: number, to: number): readonly [number, number] {
  const half = (0.5 * size) / to;
  const position = (edge: number): number => {
    const centre = (edge * from - 0.5) / Math.max(1, from - 1);
    return Math.min(1 - RIM, Math.max(RIM, centre));
  };
  return [position(start + half), position(start + size - half)];
}

/** What is cut from an image: y1, x1, y2, x2 as `cropAndResize` takes them. */
export function drawBox(plan: AugmentationPlan, image: DrawnImage, sizes: LookupSizes): readonly number[] {
  const { part, isMirrored, isUpsideDown } = drawGeometry(plan, image, sizes);
  const { canvas, input } = sizes;
  // An image that is not cut keeps its very pixels.
  const isCut = plan.randomResizedCrop !== null;
  const [top, bottom] = isCut ? centres(part.top, part.height, canvas.height, input.height) : [0, 1];
  const [left, right] = isCut ? centres(part.left, part.width, canvas.width, input.width) : [0, 1];
  const [y1, y2] = isUpsideDown ? [bottom, top] : [top, bottom];
  return isMirrored ? [y1, right, y2, left] : [y1, left, y2, right];
}

/** How far an image is turned and sheared, in degrees, moved, in shares of its size, and enlarged. */
export interface Affine {
  readonly rotation: number;
  readonly shear: number;
  readonly moveX: number;
  readonly moveY: number;
  readonly scale: number;
}

/** What of its canvas an image shows, and which way round. */
export interface Geometry {
  readonly part: Part;
  readonly isMirrored: boolean;
  readonly isUpsideDown: boolean;
}

/** From an affine image back to the one before, about the middle: x' = a x + b y + c and y' = d x + e y + f, in pixels. */
function inverse({ rotation, shear, moveX, moveY, scale }: Affine, { width, height }: ImageSize): readonly number[] {
  const angle = rotation * RADIANS;
  const slope = Math.tan(shear * RADIANS);
  // torchvision's order: sheared and scaled first, then turned, then moved. Its inverse, the determinant being scale².
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const a = (cosine - sine * slope) / scale;
  const b = (cosine * slope + sine) / scale;
  const [d, e] = [-sine / scale, cosine / scale];
  const [middleX, middleY] = [width / 2, height / 2];
  const [x, y] = [middleX + moveX * width, middleY + moveY * height];
  return [a, b, middleX - a * x - b * y, d, e, middleY - d * x - e * y];
}

/**
 * Where each pixel of a turned, moved, sheared, zoomed, cut and mirrored image comes from in its canvas, as
 * `projectiveTransform` takes it: all in one step, so that nothing is interpolated twice, and what lies around a part that
 * is cut is the image itself.
 */
export function transformOf(
  affine: Affine,
  { part, isMirrored, isUpsideDown }: Geometry,
  { canvas, input }: LookupSizes,
): readonly number[] {
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0] = inverse(affine, input);
  // Pixels are areas: the centre of the first lies at 0.5.
  const [fromX, byX] = isMirrored ? [input.width - 0.5, -1] : [0.5, 1];
  const [fromY, byY] = isUpsideDown ? [input.height - 0.5, -1] : [0.5, 1];
  const scaleX = (part.width * canvas.width) / input.width;
  const scaleY = (part.height * canvas.height) / input.height;
  return [
    scaleX * a * byX,
    scaleX * b * byY,
    scaleX * (a * fromX + b * fromY + c) + part.left * canvas.width - 0.5,
    scaleY * d * byX,
    scaleY * e * byY,
    scaleY * (d * fromX + e * fromY + f) + part.top * canvas.height - 0.5,
    0,
    0,
  ];
}

export function drawTransform(plan: AugmentationPlan, image: DrawnImage, sizes: LookupSizes): readonly number[] {
  const chance = chanceFor(image.seeds, 'affine');
  const either = (most: number): number => evenly(chance, -most, most);
  const affine = {
    rotation: either(plan.rotation),
    moveX: either(plan.translation),
    moveY: either(plan.translation),
    shear: either(plan.shear),
    scale: evenly(chance, 1 - plan.zoom, 1 + plan.zoom),
  };
  return transformOf(affine, drawGeometry(plan, image, sizes), sizes);
}
