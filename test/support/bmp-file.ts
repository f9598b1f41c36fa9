/** A BMP as its parts; what is left out is as plain files have it. */
export interface BmpParts {
  readonly width: number;
  /** Negative where the upper row comes first. */
  readonly height: number;
  readonly bits: number;
  readonly compression?: number;
  /** Of the second header; 12 is that of OS/2, whose palette has three bytes a colour. */
  readonly headerBytes?: number;
  readonly colours?: number;
  readonly palette?: readonly (readonly [red: number, green: number, blue: number])[];
  /** Red, green, blue and, in a large header, opacity. */
  readonly masks?: readonly number[];
  readonly data: readonly number[];
}

/** The bytes of a BMP file, put together by hand. */
export function bmpFile(parts: BmpParts): Buffer {
  const { width, height, bits, compression = 0, headerBytes = 40, palette = [], masks = [], data } = parts;
  const core = headerBytes === 12;
  const masksWithin = headerBytes >= 52;
  const entryBytes = core ? 3 : 4;
  const maskBytes = masksWithin ? 0 : masks.length * 4;
  const offset = 14 + headerBytes + maskBytes + palette.length * entryBytes;
  const file = Buffer.alloc(offset + data.length);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(offset, 10);
  file.writeUInt32LE(headerBytes, 14);
  if (core) {
    file.writeUInt16LE(width, 18);
    file.writeUInt16LE(height, 20);
    file.writeUInt16LE(1, 22);
    file.writeUInt16LE(bits, 24);
  } else {
    file.writeInt32LE(width, 18);
    file.writeInt32LE(height, 22);
    file.writeUInt16LE(1, 26);
    file.writeUInt16LE(bits, 28);
    file.writeUInt32LE(compression, 30);
    file.writeUInt32LE(parts.colours ?? palette.length, 46);
  }
  masks.forEach((mask, index) => file.writeUInt32LE(mask, 54 + 4 * index));
  palette.forEach(([red, green, blue], index) => {
    file.set([blue, green, red], 14 + headerBytes + maskBytes + index * entryBytes);
  });
  file.set(data, offset);
  return file;
}
