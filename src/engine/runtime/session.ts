import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { DATA_TYPE_NUMBERS, type DataType } from '../graph/data-type.ts';
import { loadBinding, type Binding, type NativeData } from './binding.ts';
import { checkElements, checkFeed, feedableTypes, type Feed, type TensorInformation } from './feed.ts';
import { HeldTensor } from './held-tensor.ts';
import { explainLoadError, explainRunError } from './native-error.ts';

export type { Feed } from './feed.ts';
export { HeldTensor } from './held-tensor.ts';

/** One use of a program: what it is fed and what it gives, by the names that its callers use. */
export interface SignatureSpecification {
  readonly inputs: Readonly<Record<string, TensorInformation>>;
  readonly outputs: Readonly<Record<string, TensorInformation>>;
}

export interface Output {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** A signature in the form in which the binding takes it. */
interface PreparedSignature {
  readonly inputs: readonly (readonly [name: string, tensor: TensorInformation])[];
  readonly inputNames: string;
  readonly outputs: readonly string[];
  readonly outputNames: string;
}

/** What the binding can take from JavaScript, and what it can give back. */
const FEEDABLE: readonly DataType[] = ['float32', 'int32', 'uint8', 'bool', 'string'];
const FETCHABLE: readonly DataType[] = ['float32', 'int32', 'bool'];

function prepare(signature: string, { inputs, outputs }: SignatureSpecification): PreparedSignature {
  const check = (tensors: SignatureSpecification['inputs'], allowed: readonly DataType[], verb: string): void => {
    for (const [name, { dtype }] of Object.entries(tensors)) {
      if (allowed.includes(dtype)) continue;
      throw new ThawError(
        'graph.invalid',
        `Only ${allowed.join(', ')} can be ${verb}; '${name}' of '${signature}' is ${dtype}.`,
        'Cast it in the graph.',
      );
    }
  };
  check(inputs, FEEDABLE, 'fed');
  check(outputs, FETCHABLE, 'fetched');
  const names = (tensors: SignatureSpecification['inputs']): string =>
    Object.values(tensors)
      .map(({ name }) => name)
      .join(',');
  return {
    inputs: Object.entries(inputs),
    inputNames: names(inputs),
    outputs: Object.keys(outputs),
    outputNames: names(outputs),
  };
}

/** A program loaded into TensorFlow, with the values of its variables. Its calls block until they are done. */
export class Session implements Disposable {
  readonly #binding: Binding;
  readonly #id: number;
  readonly #signatures: ReadonlyMap<string, PreparedSignature>;
  readonly #layers: readonly string[];
  readonly #held = new Set<HeldTensor>();
  #disposed = false;

  private constructor(
    binding: Binding,
    id: number,
    signatures: ReadonlyMap<string, PreparedSignature>,
    layers: readonly string[],
  ) {
    this.#binding = binding;
    this.#id = id;
    this.#signatures = signatures;
    this.#layers = layers;
  }

  /**
   * Writes `saved_model.pb` and loads it.
   *
   * @param directory belongs to the caller, who may remove it once the session is loaded
   * @param signatures what `encodeSavedModel` was given
   * @param layers of the network, to be named in errors
   * @throws ThawError `runtime.missing` without TensorFlow, `graph.invalid` for a program that it refuses, `disk.full`,
   *   `disk.readOnly`
   */
  static load(
    directory: string,
    savedModel: Uint8Array,
    signatures: Readonly<Record<string, SignatureSpecification>>,
    layers: readonly string[] = [],
  ): Session {
    const file = path.join(directory, 'saved_model.pb');
    try {
      mkdirSync(directory, { recursive: true });
      writeFileSync(`${file}.part`, savedModel);
      renameSync(`${file}.part`, file);
    } catch (error) {
      throw explainDiskError(error, 'write the program');
    }
    return Session.open(directory, signatures, layers);
  }

  /**
   * Loads the SavedModel that lies in a folder.
   *
   * @throws ThawError `runtime.missing` without TensorFlow, `graph.invalid` for a program that it refuses
   */
  static open(
    directory: string,
    signatures: Readonly<Record<string, SignatureSpecification>>,
    layers: readonly string[] = [],
  ): Session {
    const binding = loadBinding();
    const prepared = new Map(Object.entries(signatures).map(([name, given]) => [name, prepare(name, given)]));
    let id: number;
    try {
      id = binding.loadSavedModel(directory, 'serve');
    } catch (error) {
      throw explainLoadError(directory, error);
    }
    return new Session(binding, id, prepared, layers);
  }

  /**
   * Feeds one signature and gives its outputs.
   *
   * @param feeds one for each input; arrays must not change before this returns
   * @throws ThawError `runtime.failed` for feeds that do not fit (before anything runs) and for what fails in TensorFlow;
   *   `memory.full`, `training.diverged`, `training.checkpoint`, `disk.full`, `disk.readOnly`
   */
  run(signature: string, feeds: Readonly<Record<string, Feed | HeldTensor>>): Record<string, Output> {
    const prepared = this.#signature(signature);
    this.#check(signature, prepared, feeds);
    const created: number[] = [];
    try {
      const ids = prepared.inputs.map(([name, { dtype }]) => {
        const feed = feeds[name];
        if (feed instanceof HeldTensor) return feed.id;
        if (!feed) throw new TypeError(`'${name}' was checked and is gone.`);
        const id = this.#binding.createTensor(feed.shape, DATA_TYPE_NUMBERS[dtype], feed.data);
        created.push(id);
        return id;
      });
      return this.#fetch(signature, prepared, ids);
    } finally {
      for (const id of created) this.#binding.deleteTensor(id);
    }
  }

  /**
   * Keeps a value in TensorFlow's hands, to be fed to many runs without a copy at each. It ends with the session.
   *
   * @param feed its array must not change while it is held; bytes become uint8
   */
  hold(feed: Feed): HeldTensor {
    checkElements('a held tensor', feed);
    const dtype = feedableTypes(feed.data)[0] ?? 'string';
    const id = this.#binding.createTensor(feed.shape, DATA_TYPE_NUMBERS[dtype], feed.data);
    const held = new HeldTensor(id, dtype, [...feed.shape], () => {
      this.#held.delete(held);
      this.#binding.deleteTensor(id);
    });
    this.#held.add(held);
    return held;
  }

  /** Frees the variables and all that is held. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const held of this.#held) held.dispose();
    this.#binding.deleteSavedModel(this.#id);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #signature(name: string): PreparedSignature {
    const prepared = this.#signatures.get(name);
    if (prepared && !this.#disposed) return prepared;
    throw new ThawError(
      'runtime.failed',
      this.#disposed
        ? `A session that is disposed of cannot run '${name}'.`
        : `The program has ${[...this.#signatures.keys()].join(', ')}; received '${name}'.`,
      'This is a defect of Thaw: report it with this message.',
    );
  }

  /** A run that fails leaks its feeds in the binding, so that all that can be known is checked before. */
  #check(signature: string, { inputs }: PreparedSignature, feeds: Readonly<Record<string, Feed | HeldTensor>>): void {
    for (const [name, expected] of inputs) {
      const feed = feeds[name];
      const label = `${signature}.${name}`;
      if (!feed) {
        throw new ThawError(
          'runtime.failed',
          `'${signature}' takes ${inputs.map(([input]) => input).join(', ')}; '${name}' is missing.`,
          'This is a defect of Thaw: report it with this message.',
        );
      }
      if (feed instanceof HeldTensor) {
        feed.check(label);
        checkFeed(label, expected, [feed.dtype], feed.shape);
      } else {
        checkFeed(label, expected, feedableTypes(feed.data), feed.shape);
        checkElements(label, feed);
      }
    }
    if (Object.keys(feeds).length === inputs.length) return;
    const names = new Set(inputs.map(([name]) => name));
    throw new ThawError(
      'runtime.failed',
      `'${signature}' takes ${[...names].join(', ')}; received also ${Object.keys(feeds)
        .filter((name) => !names.has(name))
        .join(', ')}.`,
      'This is a defect of Thaw: report it with this message.',
    );
  }

  #fetch(signature: string, prepared: PreparedSignature, ids: readonly number[]): Record<string, Output> {
    const fetched = this.#runNative(signature, prepared, ids);
    const outputs: Record<string, Output> = {};
    try {
      prepared.outputs.forEach((name, index) => {
        const tensor = fetched[index];
        if (!tensor) throw new TypeError(`TensorFlow did not give '${name}'.`);
        // `prepare` let only types through that come back as one of these arrays.
        outputs[name] = { shape: tensor.shape, data: this.#binding.tensorDataSync(tensor.id) as NativeData };
      });
    } finally {
      for (const { id } of fetched) this.#binding.deleteTensor(id);
    }
    return outputs;
  }

  #runNative(signature: string, { inputNames, outputNames }: PreparedSignature, ids: readonly number[]) {
    try {
      return this.#binding.runSavedModel(this.#id, ids, inputNames, outputNames);
    } catch (error) {
      throw explainRunError(signature, error, this.#layers);
    }
  }
}
