const CHANNELS = 3;

interface Size {
  readonly height: number;
  readonly width: number;
}

/** 32 random bits at a time. */
type Random = () => number;

/**
 * A square image by so many quarters of a turn, counter-clockwise.
 *
 * @param pixels [size, size, 3] uint8 row-major, not changed
 */
export function turned(pixels: Uint8Array, size: number, quarters: number): Uint8Array {
  const output = new Uint8Array(pixels.length);
  const last = size - 1;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [fromRow, fromColumn] =
        quarters === 0
          ? [row, column]
          : quarters === 1
            ? [column, last - row]
            : quarters === 2
              ? [last - row, last - column]
              : [last - column, row];
      const from = (fromRow * size + fromColumn) * CHANNELS;
      const to = (row * size + column) * CHANNELS;
      for (let channel = 0; channel < CHANNELS; channel++) output[to + channel] = pixels[from + channel] ?? 0;
    }
  }
  return output;
}

/** The parts of a grid in another order, in which none is in its own place. */
function moved(pixels: Uint8Array, { height, width }: Size, grid: number, random: Random): Uint8Array {
  const output = pixels.slice();
  const rows = Math.floor(height / grid);
  const rowBytes = Math.floor(width / grid) * CHANNELS;
  const parts = Array.from({ length: grid * grid }, (_, part) => part);
  for (let index = parts.length - 1; index > 0; index--) {
    const other = random() % (index + 1);
    [parts[index], parts[other]] = [parts[other] ?? 0, parts[index] ?? 0];
  }
  const startOf = (part: number): number =>
    Math.floor(part / grid) * rows * width * CHANNELS + (part % grid) * rowBytes;
  // Each takes the place of the next in a circle through all.
  parts.forEach((part, index) => {
    const from = startOf(part);
    const to = startOf(parts[(index + 1) % parts.length] ?? 0);
    for (let row = 0; row < rows; row++) {
      const offset = row * width * CHANNELS;
      output.set(pixels.subarray(from + offset, from + offset + rowBytes), to + offset);
    }
  });
  return output;
}

/** A quarter of the pixels in random colours. */
function speckled(pixels: Uint8Array, random: Random): Uint8Array {
  const output = pixels.slice();
  for (let at = 0; at < output.length; at += CHANNELS) {
    const bits = random();
    if ((bits & 3) !== 0) continue;
    for (let channel = 0; channel < CHANNELS; channel++) output[at + channel] = (bits >>> (8 * (channel + 1))) & 0xff;
  }
  return output;
}

/**
 * An image spoilt: its quarters or ninths in another order, or a quarter of its pixels in random colours, as chance has it.
 * What has a single pixel is speckled.
 *
 * @param pixels [height, width, 3] uint8 row-major, not changed
 */
export function corrupted(pixels: Uint8Array, size: Size, random: Random): Uint8Array {
  const [kind, parts] = [random() % 2, 2 + (random() % 2)];
  const grid = Math.min(parts, size.height, size.width);
  return kind === 0 && grid > 1 ? moved(pixels, size, grid, random) : speckled(pixels, random);
}

/** Of the image's sides; less would leave too little to know it by. */
const LEAST_SIDE = 0.6;

/**
 * A part of an image, at least 0.6 of its height and width, brought to the size of the whole.
 *
 * @param pixels [height, width, 3] uint8 row-major, not changed
 */
export function cropped(pixels: Uint8Array, { height, width }: Size, random: Random): Uint8Array {
  const share = (): number => random() / 2 ** 32;
  const side = LEAST_SIDE + (1 - LEAST_SIDE) * share();
  const [top, left] = [share() * (1 - side) * height, share() * (1 - side) * width];
  const output = new Uint8Array(pixels.length);
  const within = (place: number, size: number): number => Math.min(Math.max(place, 0), size - 1);
  for (let row = 0; row < height; row++) {
    const y = within(top + (row + 0.5) * side - 0.5, height);
    const [above, below, down] = [Math.floor(y), Math.min(Math.floor(y) + 1, height - 1), y % 1];
    for (let column = 0; column < width; column++) {
      const x = within(left + (column + 0.5) * side - 0.5, width);
      const [before, after, across] = [Math.floor(x), Math.min(Math.floor(x) + 1, width - 1), x % 1];
      for (let channel = 0; channel < CHANNELS; channel++) {
        const at = (atRow: number, atColumn: number): number =>
          pixels[(atRow * width + atColumn) * CHANNELS + channel] ?? 0;
        const upper = at(above, before) * (1 - across) + at(above, after) * across;
        const lower = at(below, before) * (1 - across) + at(below, after) * across;
        output[(row * width + column) * CHANNELS + channel] = Math.round(upper * (1 - down) + lower * down);
      }
    }
  }
  return output;
}
