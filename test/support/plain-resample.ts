/** Of an image, [height, width, 3] uint8. */
interface Size {
  readonly width: number;
  readonly height: number;
}
type Kernel = 'bilinear' | 'bicubic';

const PRECISION = 2 ** 22;

function weigh(kernel: Kernel, distance: number): number {
  if (kernel === 'bilinear') return Math.max(0, 1 - distance);
  if (distance < 1) return (1.5 * distance - 2.5) * distance ** 2 + 1;
  return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
}

/** One line of values, as the definition of Pillow's filters has it. */
function resampleLine(values: readonly number[], to: number, kernel: Kernel): number[] {
  const scale = values.length / to;
  const stretch = Math.max(1, scale);
  const support = (kernel === 'bilinear' ? 1 : 2) * stretch;
  return Array.from({ length: to }, (_, position) => {
    const center = (position + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const within = values.slice(start, Math.min(values.length, Math.trunc(center + support + 0.5)));
    const weights = within.map((_value, tap) => weigh(kernel, Math.abs(tap + start - center + 0.5) / stretch));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const bits = weights.map((weight) => {
      const scaled = (weight / total) * PRECISION;
      return Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    });
    const sum = within.reduce((so, value, tap) => so + value * (bits[tap] ?? 0), PRECISION / 2);
    return Math.max(0, Math.min(255, Math.floor(sum / PRECISION)));
  });
}

/** Along rows, whose pixels have three values. */
function columns(pixels: readonly number[], { width, height }: Size, to: number, kernel: Kernel): number[] {
  return Array.from({ length: height }, (_, row) => {
    const lines = [0, 1, 2].map((channel) => {
      const line = Array.from({ length: width }, (_value, column) => pixels[(row * width + column) * 3 + channel] ?? 0);
      return resampleLine(line, to, kernel);
    });
    return Array.from({ length: to * 3 }, (_value, at) => lines[at % 3]?.[Math.floor(at / 3)] ?? 0);
  }).flat();
}

/** Rows as columns, and columns as rows. */
function transpose(pixels: readonly number[], { width, height }: Size): number[] {
  return Array.from({ length: pixels.length }, (_, at) => {
    const [column, row] = [Math.floor(at / 3 / height), Math.floor(at / 3) % height];
    return pixels[(row * width + column) * 3 + (at % 3)] ?? 0;
  });
}

/** What Pillow's `resize` makes of an image, line by line and in the order that it has since its version 13. */
export function plainResample(pixels: Uint8Array, from: Size, to: Size, kernel: Kernel): Uint8Array {
  const rows = (given: readonly number[], width: number): number[] => {
    const turned = columns(transpose(given, { width, height: from.height }), { width: from.height, height: width }, to.height, kernel); // prettier-ignore
    return transpose(turned, { width: to.height, height: width });
  };
  const rowsFirst = to.height < from.height && from.height - to.height > 2 * (from.width - to.width);
  const given = [...pixels];
  return Uint8Array.from(
    rowsFirst
      ? columns(rows(given, from.width), { width: from.width, height: to.height }, to.width, kernel)
      : rows(columns(given, from, to.width, kernel), to.width),
  );
}
