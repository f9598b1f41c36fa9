import { LARGEST_HEADER_BYTES, MalformedHeader, readNpyHeader, type NpyHeader } from './npy-header.ts';
import { MalformedZip, ZipReader, type ZipMember } from './zip-reader.ts';

/** What is in a file is not what was asked for, or is more than is read; the caller knows the file and says so. */
export class UnexpectedArray extends Error {}

const LONGEST_TEXT = 16_384;

/** How numbers of a description are read from `bytes`, little-endian, in the order in which they lie. */
const NUMBERS: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  f2: (view, at) => view.getFloat16(at, true),
  f4: (view, at) => view.getFloat32(at, true),
  f8: (view, at) => view.getFloat64(at, true),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at) => view.getInt16(at, true),
  i4: (view, at) => view.getInt32(at, true),
  i8: (view, at) => Number(view.getBigInt64(at, true)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at) => view.getUint16(at, true),
  u4: (view, at) => view.getUint32(at, true),
  u8: (view, at) => Number(view.getBigUint64(at, true)),
};

/** An array as its header describes it. */
export interface ArrayDescription {
  readonly shape: readonly number[];
  readonly kind: 'floats' | 'integers' | 'texts';
  /** As NumPy has it: `<f4`. */
  readonly description: string;
}

interface Described extends ArrayDescription {
  readonly member: ZipMember;
  readonly header: NpyHeader;
  readonly itemBytes: number;
  /** `f4`, `U`, `S` */
  readonly code: string;
}

function kindOf(name: string, { description }: NpyHeader): Pick<Described, 'kind' | 'itemBytes' | 'code'> {
  const [, order = '', letter = '', digits = ''] = /^([<>|=]?)([a-zA-Z])(\d*)$/.exec(description) ?? [];
  if (letter === 'O') {
    throw new UnexpectedArray(
      `'${name}' holds Python objects (a pickle), which are never read; save it as numbers or texts`,
    );
  }
  const count = Number(digits);
  if ((letter === 'U' || letter === 'S') && digits !== '' && order !== '>') {
    if (count > LONGEST_TEXT) throw new UnexpectedArray(`the texts of '${name}' have ${count} characters each`);
    return { kind: 'texts', itemBytes: letter === 'U' ? count * 4 : count, code: letter };
  }
  const code = letter + digits;
  if (!Object.hasOwn(NUMBERS, code) || order === '>') {
    throw new UnexpectedArray(
      `'${name}' has the type '${description}'; read are floats, whole numbers and texts, little-endian`,
    );
  }
  return { kind: letter === 'f' ? 'floats' : 'integers', itemBytes: count, code };
}

/** Leaves the zeros away that fill an item to its length. */
function textOf(bytes: Buffer, code: string): string {
  if (code === 'S') return bytes.toString('utf8').replace(/\0+$/, '');
  const points: number[] = [];
  for (let at = 0; at < bytes.length; at += 4) points.push(bytes.readUInt32LE(at));
  while (points.at(-1) === 0) points.pop();
  return points.map((point) => String.fromCodePoint(point <= 0x10ffff ? point : 0xfffd)).join('');
}

/**
 * A `.npz` file as NumPy's `savez` and `savez_compressed` write it, from whomever it comes: no pickle is read, nothing is
 * believed before its size was checked.
 */
export class NpzReader {
  readonly #zip: ZipReader;

  private constructor(zip: ZipReader) {
    this.#zip = zip;
  }

  /** @throws MalformedZip, or the file system's error */
  static async open(path: string): Promise<NpzReader> {
    return new NpzReader(await ZipReader.open(path));
  }

  /** The arrays' names, in the file's order. */
  get names(): readonly string[] {
    return [...this.#zip.members.keys()].filter((name) => name.endsWith('.npy')).map((name) => name.slice(0, -4));
  }

  async #describe(name: string): Promise<Described> {
    const member = this.#zip.members.get(`${name}.npy`);
    if (!member) throw new UnexpectedArray(`it has no array '${name}'`);
    let start = Buffer.alloc(0);
    const enough = Math.min(LARGEST_HEADER_BYTES, member.bytes);
    for await (const piece of this.#zip.read(member)) {
      start = Buffer.concat([start, piece.subarray(0, LARGEST_HEADER_BYTES)]);
      if (start.length >= enough) break;
    }
    try {
      const header = readNpyHeader(start);
      const kind = kindOf(name, header);
      const bytes = header.shape.reduce((product, size) => product * size, kind.itemBytes);
      if (!Number.isSafeInteger(bytes) || bytes !== member.bytes - header.bytes) {
        throw new UnexpectedArray(
          `'${name}' must have ${bytes} bytes for its shape [${header.shape.join(', ')}], but has ${member.bytes - header.bytes}`,
        );
      }
      return { member, header, shape: header.shape, description: header.description, ...kind };
    } catch (error) {
      if (error instanceof MalformedHeader)
        throw new UnexpectedArray(`of '${name}', ${error.message}`, { cause: error });
      throw error;
    }
  }

  /** @throws UnexpectedArray, MalformedZip */
  async describe(name: string): Promise<ArrayDescription> {
    const { shape, kind, description } = await this.#describe(name);
    return { shape, kind, description };
  }

  async #data(name: string, mostBytes: number): Promise<Described & { readonly data: Buffer }> {
    const described = await this.#describe(name);
    const { member, header } = described;
    const length = member.bytes - header.bytes;
    if (length > mostBytes) {
      throw new UnexpectedArray(`'${name}' has ${length} bytes, and at most ${Math.floor(mostBytes)} are read`);
    }
    // Not of a pool, so that numbers of any size begin where they may.
    const data = Buffer.from(new ArrayBuffer(length));
    let at = 0;
    for await (const piece of this.#zip.read(member)) {
      const skipped = Math.min(piece.length, Math.max(0, header.bytes - at));
      data.set(piece.subarray(skipped), Math.max(0, at - header.bytes));
      at += piece.length;
    }
    return { ...described, data };
  }

  /**
   * Reads numbers, as float32 whatever they are stored as, row-major however they lie in the file.
   *
   * @param mostBytes that the array may have in the file
   * @throws UnexpectedArray, MalformedZip
   */
  async floats(
    name: string,
    mostBytes: number,
  ): Promise<{ readonly shape: readonly number[]; readonly data: Float32Array }> {
    const { shape, code, data, itemBytes, header } = await this.#data(name, mostBytes);
    const values =
      code === 'f4'
        ? new Float32Array(data.buffer, data.byteOffset, data.length / 4)
        : Float32Array.from(numbersOf(name, data, code, itemBytes));
    return { shape, data: header.fortranOrder ? rowMajor(values, shape) : values };
  }

  /**
   * Reads an array as it lies in the file, where it is row-major.
   *
   * @param description that it must have, as NumPy has it: `<f4`
   * @throws UnexpectedArray, MalformedZip
   */
  async bytes(
    name: string,
    description: string,
    mostBytes: number,
  ): Promise<{ readonly shape: readonly number[]; readonly data: Buffer }> {
    const found = await this.#data(name, mostBytes);
    if (found.description !== description || found.header.fortranOrder) {
      throw new UnexpectedArray(`'${name}' has the type '${found.description}', expected '${description}' row by row`);
    }
    return { shape: found.shape, data: found.data };
  }

  /** Reads whole numbers. @throws UnexpectedArray, MalformedZip */
  async integers(name: string, mostBytes: number): Promise<readonly number[]> {
    const { kind, code, data, itemBytes, description } = await this.#data(name, mostBytes);
    if (kind !== 'integers') throw new UnexpectedArray(`'${name}' has the type '${description}', not whole numbers`);
    return [...numbersOf(name, data, code, itemBytes)];
  }

  /** Reads texts. @throws UnexpectedArray, MalformedZip */
  async texts(name: string, mostBytes: number): Promise<readonly string[]> {
    const { kind, code, data, itemBytes, shape, description } = await this.#data(name, mostBytes);
    if (kind !== 'texts') throw new UnexpectedArray(`'${name}' has the type '${description}', not texts`);
    const count = shape.reduce((product, size) => product * size, 1);
    return Array.from({ length: count }, (_, index) =>
      textOf(data.subarray(index * itemBytes, (index + 1) * itemBytes), code),
    );
  }

  async close(): Promise<void> {
    await this.#zip.close();
  }
}

/** What lies column by column, as NumPy leaves a transposed array, row by row. */
function rowMajor(values: Float32Array, shape: readonly number[]): Float32Array {
  const ordered = new Float32Array(values.length);
  const place = shape.map(() => 0);
  let strides = 1;
  const strideOf = shape.map((size) => (strides *= size) / size);
  let from = 0;
  for (let to = 0; to < ordered.length; to += 1) {
    ordered[to] = values[from] ?? 0;
    // The last size moves first, as in an odometer.
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const [size = 0, stride = 0] = [shape[axis], strideOf[axis]];
      const next = (place[axis] ?? 0) + 1;
      from += stride;
      place[axis] = next < size ? next : 0;
      if (next < size) break;
      from -= size * stride;
    }
  }
  return ordered;
}

function* numbersOf(name: string, data: Buffer, code: string, itemBytes: number): Generator<number> {
  const read = NUMBERS[code];
  if (!read) throw new UnexpectedArray(`'${name}' holds texts, not numbers`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < data.length; at += itemBytes) yield read(view, at);
}

/** Whether an error says what is wrong with a file, rather than that it could not be reached. */
export function describesFile(error: unknown): error is Error {
  return error instanceof UnexpectedArray || error instanceof MalformedZip;
}
