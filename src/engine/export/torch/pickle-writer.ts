import { OPCODES } from '../../weights/pickle/opcodes.ts';

/** A tensor whose values lie in a storage of its own, row-major. */
export interface PickledTensor {
  readonly kind: 'tensor';
  /** The name of the archive's member that holds its storage. */
  readonly key: string;
  readonly dtype: 'float32' | 'int64';
  readonly shape: readonly number[];
}

/** What PyTorch's checkpoints are made of. A map becomes an `OrderedDict`, as a state dictionary is. */
export type Pickled =
  | string
  | number
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'dictionary'; readonly entries: readonly (readonly [string, Pickled])[] }
  | ReadonlyMap<string, PickledTensor>
  | PickledTensor;

const STORAGES = { float32: 'FloatStorage', int64: 'LongStorage' } as const;
const PROTOCOL = 2;

/** Writes what Python's `pickle` reads: https://docs.python.org/3/library/pickletools.html */
class PickleWriter {
  readonly #parts: Buffer[] = [Buffer.of(OPCODES.protocol, PROTOCOL)];

  #code(...opcodes: readonly number[]): void {
    this.#parts.push(Buffer.from(opcodes));
  }

  #number(opcode: number, bytes: number, write: (target: Buffer) => void): void {
    const target = Buffer.alloc(bytes + 1);
    target[0] = opcode;
    write(target);
    this.#parts.push(target);
  }

  #text(value: string): void {
    const bytes = Buffer.from(value);
    this.#number(OPCODES.binaryUnicode, 4, (target) => target.writeUInt32LE(bytes.length, 1));
    this.#parts.push(bytes);
  }

  #integer(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no count.`);
    if (value < 2 ** 31) this.#number(OPCODES.binaryInteger, 4, (target) => target.writeInt32LE(value, 1));
    else {
      this.#code(OPCODES.long1, 8);
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(value));
      this.#parts.push(bytes);
    }
  }

  #global(module: string, name: string): void {
    this.#code(OPCODES.global);
    this.#parts.push(Buffer.from(`${module}\n${name}\n`));
  }

  #tuple(write: () => void): void {
    this.#code(OPCODES.mark);
    write();
    this.#code(OPCODES.tuple);
  }

  #orderedDictionary(): void {
    this.#global('collections', 'OrderedDict');
    this.#code(OPCODES.emptyTuple, OPCODES.reduce);
  }

  #items(entries: Iterable<readonly [string, Pickled]>): void {
    this.#code(OPCODES.mark);
    for (const [key, value] of entries) {
      this.#text(key);
      this.add(value);
    }
    this.#code(OPCODES.setItems);
  }

  #tensor({ key, dtype, shape }: PickledTensor): void {
    const values = shape.reduce((product, size) => product * size, 1);
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
    this.#global('torch._utils', '_rebuild_tensor_v2');
    this.#tuple(() => {
      this.#tuple(() => {
        this.#text('storage');
        this.#global('torch', STORAGES[dtype]);
        this.#text(key);
        this.#text('cpu');
        this.#integer(values);
      });
      this.#code(OPCODES.persistent);
      this.#integer(0);
      for (const sizes of [shape, strides]) this.#tuple(() => sizes.forEach((size) => this.#integer(size)));
      this.#code(OPCODES.newFalse);
      this.#orderedDictionary();
    });
    this.#code(OPCODES.reduce);
  }

  add(value: Pickled): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') this.#integer(value);
    else if (value instanceof Map) {
      this.#orderedDictionary();
      this.#items(value as ReadonlyMap<string, PickledTensor>);
    } else if ('kind' in value) {
      switch (value.kind) {
        case 'float':
          this.#number(OPCODES.binaryFloat, 8, (target) => target.writeDoubleBE(value.value, 1));
          break;
        case 'dictionary':
          this.#code(OPCODES.emptyDictionary);
          this.#items(value.entries);
          break;
        case 'tensor':
          this.#tensor(value);
      }
    }
  }

  end(): Buffer {
    this.#code(OPCODES.stop);
    return Buffer.concat(this.#parts);
  }
}

/** One object as a pickle of protocol 2, as `torch.save` writes it. */
export function pickled(value: Pickled): Buffer {
  const writer = new PickleWriter();
  writer.add(value);
  return writer.end();
}
