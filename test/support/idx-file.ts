/** An IDX file of bytes: its dimensions and values. */
export function idxFile(shape: readonly number[], values: ArrayLike<number>): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((size, index) => head.writeUInt32BE(size, 4 + 4 * index));
  return Buffer.concat([head, Buffer.from(Array.from(values))]);
}

/** An IDX file of big-endian numbers of another kind than bytes. */
export function idxFileOf(
  kind: 'int8' | 'int16' | 'int32' | 'float32' | 'float64',
  shape: readonly number[],
  values: readonly number[],
): Buffer {
  const [code, bytes] = { int8: [9, 1], int16: [11, 2], int32: [12, 4], float32: [13, 4], float64: [14, 8] }[kind] as [
    number,
    number,
  ];
  const numbers = Buffer.alloc(values.length * bytes);
  values.forEach((value, index) => {
    const at = index * bytes;
    if (kind === 'float32') numbers.writeFloatBE(value, at);
    else if (kind === 'float64') numbers.writeDoubleBE(value, at);
    else numbers.writeIntBE(value, at, bytes);
  });
  const head = idxFile(shape, []);
  head[2] = code;
  return Buffer.concat([head, numbers]);
}

/** So many images of 4 x 4 pixels that all differ, as MNIST's files hold them. */
export function idxImages(count: number, seed = 0): Buffer {
  const values = Array.from(
    { length: count * 16 },
    (_, position) => (seed * 31 + Math.floor(position / 16) * 7 + (position % 16)) % 256,
  );
  return idxFile([count, 4, 4], values);
}
