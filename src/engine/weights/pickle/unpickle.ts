import type { ByteReader } from '../byte-reader.ts';
import { OPCODES } from './opcodes.ts';
import { MalformedPickle, PICKLE_SET, PickleDictionary, PickleGlobal, PickleRecord } from './values.ts';

/** No name of a module or class is as long. */
const LONGEST_LINE = 1024;
/** Bytes of a whole number, which is squared work to read; the numbers in weight files are ids and sizes. */
const LONGEST_INTEGER = 64;
/** Honest files build some ten for each tensor; an empty one takes a hundred times the byte that asks for it. */
const MOST_CONTAINERS = 1 << 20;
/** Python keeps each text and list of a file once: some dozens for each tensor. */
const MOST_KEPT = 1 << 20;

/** What the pickles of one kind of file may ask for. */
export interface PickleHost {
  /** @throws RefusedGlobal for whatever is not on the list */
  global(module: string, name: string): PickleGlobal;
  /** What a persistent id stands for: an object outside the pickle. */
  persistent(id: unknown): unknown;
}

const MARK = Symbol('mark');

/** Little-endian and in two's complement, as Python writes whole numbers of any length. */
function integerOf(bytes: Uint8Array): number | bigint {
  if (bytes.length > LONGEST_INTEGER) throw new MalformedPickle(`a whole number has ${bytes.length} bytes`);
  let value = 0n;
  for (const byte of bytes.toReversed()) value = value * 256n + BigInt(byte);
  const signed = BigInt.asIntN(bytes.length * 8, value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}

function integerFrom(text: string): number | bigint | boolean {
  if (text === '00' || text === '01') return text === '01';
  const digits = /^-?\d{1,154}(?=L?$)/.exec(text)?.[0];
  if (digits === undefined) throw new MalformedPickle(`a whole number is written '${text.slice(0, 40)}'`);
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

/**
 * Python's pickle machine without Python: it builds numbers, texts, lists, tuples, dictionaries, and what `host` allows by
 * name. Nothing is ever called by a name that a file holds, nothing nests in the machine's own stack however deep the objects
 * do, and each opcode's work is bounded by the bytes that it stands for.
 *
 * See https://docs.python.org/3/library/pickle.html
 */
class PickleMachine {
  readonly #reader: ByteReader;
  readonly #host: PickleHost;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  readonly #decoder = new TextDecoder();
  #containers = 0;

  constructor(reader: ByteReader, host: PickleHost) {
    this.#reader = reader;
    this.#host = host;
  }

  #pop(): unknown {
    if (this.#stack.length === 0 || this.#stack.at(-1) === MARK) throw new MalformedPickle('its stack is empty');
    return this.#stack.pop();
  }

  #top(): unknown {
    if (this.#stack.length === 0) throw new MalformedPickle('its stack is empty');
    return this.#stack.at(-1);
  }

  /** What lies above the last mark, which is taken off with it. */
  #popMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at === -1) throw new MalformedPickle('a mark is missing');
    return this.#stack.splice(at).slice(1);
  }

  #line(): string {
    const bytes: number[] = [];
    for (let byte = this.#reader.byte(); byte !== 0x0a; byte = this.#reader.byte()) {
      if (bytes.length === LONGEST_LINE) throw new MalformedPickle(`a line is longer than ${LONGEST_LINE} bytes`);
      bytes.push(byte);
    }
    return this.#decoder.decode(Uint8Array.from(bytes));
  }

  #text(bytes: number): string {
    return this.#decoder.decode(this.#reader.take(bytes));
  }

  #long(): number {
    const low = this.#reader.fixed32();
    return low + this.#reader.fixed32() * 2 ** 32;
  }

  /** Puts down a list, a dictionary or what a call built. */
  #pushBuilt(container: unknown): void {
    this.#containers += 1;
    if (this.#containers > MOST_CONTAINERS) {
      throw new MalformedPickle(`it builds more than ${MOST_CONTAINERS} lists and dictionaries`);
    }
    this.#stack.push(container);
  }

  #remember(index: number): void {
    if (this.#memo.size >= MOST_KEPT) throw new MalformedPickle(`it keeps more than ${MOST_KEPT} objects`);
    this.#memo.set(index, this.#top());
  }

  #recall(index: number): unknown {
    if (!this.#memo.has(index)) throw new MalformedPickle(`it refers to its object ${index}, which is not there`);
    return this.#memo.get(index);
  }

  #called(callee: unknown, parameters: unknown): unknown {
    if (!(callee instanceof PickleGlobal) || callee.build === null || !Array.isArray(parameters)) {
      throw new MalformedPickle(
        `it calls ${callee instanceof PickleGlobal ? `'${callee.name}'` : 'what is no function'}`,
      );
    }
    return callee.build(parameters);
  }

  #setItems(items: readonly unknown[]): void {
    const target = this.#top();
    if (!(target instanceof PickleDictionary) || items.length % 2 !== 0) {
      throw new MalformedPickle('it sets items of what is no dictionary');
    }
    for (let index = 0; index < items.length; index += 2) target.entries.set(items[index], items[index + 1]);
  }

  #append(items: readonly unknown[]): void {
    const target = this.#top();
    if (!Array.isArray(target)) throw new MalformedPickle('it appends to what is no list');
    for (const item of items) target.push(item);
  }

  /** Attributes of a dictionary or a tensor say nothing of weights; a record consists of them. */
  #build(state: unknown): void {
    const target = this.#top();
    if (!(target instanceof PickleRecord)) return;
    if (!(state instanceof PickleDictionary)) throw new MalformedPickle('the state of an object is no dictionary');
    for (const [name, value] of state.entries) target.attributes.entries.set(name, value);
  }

  #dictionary(items: readonly unknown[]): void {
    this.#pushBuilt(new PickleDictionary());
    this.#setItems(items);
  }

  #global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw new MalformedPickle('a name in it is no text');
    this.#stack.push(this.#host.global(module, name));
  }

  /** @returns false at the end of the pickle */
  #step(opcode: number): boolean {
    const stack = this.#stack;
    const reader = this.#reader;
    switch (opcode) {
      case OPCODES.stop:
        return false;
      case OPCODES.protocol:
        reader.byte();
        break;
      case OPCODES.frame:
        reader.take(8);
        break;
      case OPCODES.mark:
        stack.push(MARK);
        break;
      case OPCODES.pop:
        if (stack.pop() === undefined && stack.length === 0) throw new MalformedPickle('its stack is empty');
        break;
      case OPCODES.popMark:
        this.#popMark();
        break;
      case OPCODES.duplicate:
        stack.push(this.#top());
        break;
      case OPCODES.none:
        stack.push(null);
        break;
      case OPCODES.newTrue:
      case OPCODES.newFalse:
        stack.push(opcode === OPCODES.newTrue);
        break;
      case OPCODES.integer:
      case OPCODES.long:
        stack.push(integerFrom(this.#line()));
        break;
      case OPCODES.binaryInteger:
        stack.push(reader.fixed32() | 0);
        break;
      case OPCODES.binaryInteger1:
        stack.push(reader.byte());
        break;
      case OPCODES.binaryInteger2:
        stack.push(reader.byte() + 256 * reader.byte());
        break;
      case OPCODES.long1:
        stack.push(integerOf(reader.take(reader.byte())));
        break;
      case OPCODES.long4:
        stack.push(integerOf(reader.take(reader.fixed32())));
        break;
      case OPCODES.float:
        stack.push(Number(this.#line()));
        break;
      case OPCODES.binaryFloat: {
        const bytes = reader.take(8);
        stack.push(new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0));
        break;
      }
      case OPCODES.unicode:
        stack.push(this.#line());
        break;
      case OPCODES.string:
        stack.push(this.#line().replace(/^(['"])(.*)\1$/s, '$2'));
        break;
      case OPCODES.shortBinaryUnicode:
      case OPCODES.shortBinaryString:
        stack.push(this.#text(reader.byte()));
        break;
      case OPCODES.binaryUnicode:
      case OPCODES.binaryString:
        stack.push(this.#text(reader.fixed32()));
        break;
      case OPCODES.binaryUnicode8:
        stack.push(this.#text(this.#long()));
        break;
      case OPCODES.shortBinaryBytes:
        stack.push(reader.take(reader.byte()));
        break;
      case OPCODES.binaryBytes:
        stack.push(reader.take(reader.fixed32()));
        break;
      case OPCODES.binaryBytes8:
        stack.push(reader.take(this.#long()));
        break;
      case OPCODES.emptyList:
      case OPCODES.emptyTuple:
        this.#pushBuilt([]);
        break;
      case OPCODES.emptyDictionary:
        this.#pushBuilt(new PickleDictionary());
        break;
      case OPCODES.emptySet:
        stack.push(PICKLE_SET);
        break;
      case OPCODES.list:
      case OPCODES.tuple:
        this.#pushBuilt(this.#popMark());
        break;
      case OPCODES.tuple1:
      case OPCODES.tuple2:
      case OPCODES.tuple3: {
        const items: unknown[] = [];
        for (let count = opcode - OPCODES.tuple1; count >= 0; count -= 1) items.unshift(this.#pop());
        this.#pushBuilt(items);
        break;
      }
      case OPCODES.dictionary:
        this.#dictionary(this.#popMark());
        break;
      case OPCODES.frozenSet:
        this.#popMark();
        stack.push(PICKLE_SET);
        break;
      case OPCODES.append: {
        const item = this.#pop();
        this.#append([item]);
        break;
      }
      case OPCODES.appends:
        this.#append(this.#popMark());
        break;
      case OPCODES.setItem: {
        const value = this.#pop();
        const key = this.#pop();
        this.#setItems([key, value]);
        break;
      }
      case OPCODES.setItems:
        this.#setItems(this.#popMark());
        break;
      case OPCODES.addItems:
        this.#popMark();
        break;
      case OPCODES.get:
        stack.push(this.#recall(Number(this.#line())));
        break;
      case OPCODES.binaryGet:
        stack.push(this.#recall(reader.byte()));
        break;
      case OPCODES.longBinaryGet:
        stack.push(this.#recall(reader.fixed32()));
        break;
      case OPCODES.put:
        this.#remember(Number(this.#line()));
        break;
      case OPCODES.binaryPut:
        this.#remember(reader.byte());
        break;
      case OPCODES.longBinaryPut:
        this.#remember(reader.fixed32());
        break;
      case OPCODES.memoize:
        this.#remember(this.#memo.size);
        break;
      case OPCODES.global:
      case OPCODES.instance: {
        const module = this.#line();
        this.#global(module, this.#line());
        // A class, and what lies above the mark for it.
        if (opcode === OPCODES.instance) {
          const callee = this.#pop();
          this.#pushBuilt(this.#called(callee, this.#popMark()));
        }
        break;
      }
      case OPCODES.stackGlobal: {
        const name = this.#pop();
        this.#global(this.#pop(), name);
        break;
      }
      case OPCODES.object: {
        const [callee, ...parameters] = this.#popMark();
        this.#pushBuilt(this.#called(callee, parameters));
        break;
      }
      case OPCODES.reduce:
      case OPCODES.newObject: {
        const parameters = this.#pop();
        this.#pushBuilt(this.#called(this.#pop(), parameters));
        break;
      }
      case OPCODES.newObjectWithNames: {
        this.#pop();
        const parameters = this.#pop();
        this.#pushBuilt(this.#called(this.#pop(), parameters));
        break;
      }
      case OPCODES.build:
        this.#build(this.#pop());
        break;
      case OPCODES.persistent:
        stack.push(this.#host.persistent(this.#pop()));
        break;
      case OPCODES.persistentText:
        stack.push(this.#host.persistent(this.#line()));
        break;
      default:
        throw new MalformedPickle(`its opcode 0x${opcode.toString(16).padStart(2, '0')} is none that is read`);
    }
    return true;
  }

  run(): unknown {
    while (this.#step(this.#reader.byte()));
    const result = this.#pop();
    if (this.#stack.length > 0) throw new MalformedPickle('it ends with more than one object');
    return result;
  }
}

/**
 * Reads one pickle; the reader stands behind it afterwards. Tuples and lists are arrays, whole numbers beyond 2^53 are
 * bigints, and an object may contain itself.
 *
 * @throws MalformedPickle; RefusedGlobal for a class or function that the host does not allow; MalformedBytes where the bytes
 *   end within it
 */
export function unpickle(reader: ByteReader, host: PickleHost): unknown {
  return new PickleMachine(reader, host).run();
}
