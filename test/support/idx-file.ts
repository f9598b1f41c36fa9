/** An IDX file of bytes: its dimensions and values. */
export function idxFile(shape: readonly number[], values: ArrayLike<number>): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((size, index) => head.writeUInt32BE(size, 4 + 4 * index));
  return Buffer.concat([head, Buffer.from(Array.from(values))]);
}

/** So many images of 4 x 4 pixels that all differ, as MNIST's files hold them. */
export function idxImages(count: number, seed = 0): Buffer {
  const values = Array.from(
    { length: count * 16 },
    (_, position) => (seed * 31 + Math.floor(position / 16) * 7 + (position % 16)) % 256,
  );
  return idxFile([count, 4, 4], values);
}
