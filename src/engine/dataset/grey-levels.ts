/** The range of an image's or a file's numbers; those that are no numbers are left out. */
export interface NumberRange {
  readonly lowest: number;
  readonly highest: number;
}

/** Numbers as images hold them. */
export type Numbers = Uint8Array | Int8Array | Int16Array | Uint16Array | Int32Array | Float32Array | Float64Array;

export function rangeOf(values: Numbers): NumberRange {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < lowest && value !== -Infinity) lowest = value;
    if (value > highest && value !== Infinity) highest = value;
  }
  return { lowest: Math.min(lowest, highest), highest: Math.max(lowest, highest) };
}

/** The numbers that become black and white: what their kind can hold at most, or their own range where no kind fits. */
function endsOf({ lowest, highest }: NumberRange, whole: boolean): readonly [black: number, white: number] {
  if (!whole) {
    if (lowest >= 0 && highest <= 1) return [0, 1];
    if (lowest >= -1 && highest <= 1) return [-1, 1];
    return lowest >= 0 && highest <= 255 ? [0, 255] : [lowest, highest];
  }
  // Sensors of 10, 12 and 14 bits are kept in numbers of 16: the fewest bits that hold the largest one are theirs.
  const bits = (most: number): number => Math.max(8, Math.ceil(Math.log2(most + 1)));
  if (lowest >= 0) return [0, 2 ** bits(highest) - 1];
  const half = 2 ** (Math.max(bits(2 * Math.max(highest, -lowest - 1) + 1), 8) - 1);
  return [-half, half - 1];
}

/**
 * Numbers of any kind as levels from 0 to 255. Whole ones by the fewest bits that hold their largest, so that 12 bits kept in
 * 16 are not nearly black; real ones as shares from 0 or -1 to 1, as levels to 255, and otherwise by their own range.
 *
 * @param range of all images that are to be told apart by their brightness
 * @param whole whether their kind holds whole numbers only
 */
export function greyLevels(values: Numbers, range: NumberRange, whole: boolean): Uint8Array {
  const [black, white] = endsOf(range, whole);
  const scale = white > black ? 255 / (white - black) : 0;
  // Bounded and rounded by the array; what is no number becomes 0.
  const levels = new Uint8ClampedArray(values.length);
  for (let at = 0; at < values.length; at += 1) levels[at] = ((values[at] ?? 0) - black) * scale;
  return new Uint8Array(levels.buffer);
}
