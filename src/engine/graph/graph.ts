import { ThawError } from '../../shared/errors/thaw-error.ts';
import { bool, shape, tensor, text, type, type Attribute } from './attribute.ts';
import { tensorValue, type ConstantValues } from './constant.ts';
import type { DataType } from './data-type.ts';

export type { DataType } from './data-type.ts';

/** One output of an op. */
export interface Tensor {
  /** `conv1/Conv2D:0` */
  readonly name: string;
  readonly dtype: DataType;
  /** -1 for the batch; the rank is always known. */
  readonly shape: readonly number[];
}

/**
 * The gradient of an op: the loss' gradient by each output, null where none arrives, becomes the gradient by each of
 * the op's sources, null where none flows (an integer, a shape).
 *
 * @param needed by source, whether its gradient is asked for; what is not need not be built
 */
export type Backward = (
  gradients: readonly (Tensor | null)[],
  needed: readonly boolean[],
) => readonly (Tensor | null)[];

export interface NodeOptions {
  /** TensorFlow's name of the op, `Conv2D`. */
  readonly op: string;
  /** The wanted name: a suffix makes it unique, and what TensorFlow does not allow becomes `_`. */
  readonly name: string;
  readonly inputs?: readonly Tensor[];
  /** What must have run before. */
  readonly controls?: readonly (Operation | Tensor)[];
  /** Where it must run; the session chooses by default: a GPU where there is one that can. */
  readonly device?: 'cpu';
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: readonly Pick<Tensor, 'dtype' | 'shape'>[];
  readonly backward?: Backward;
  /** What `backward` answers for: the inputs, unless this node ends several that have one gradient in common. */
  readonly sources?: readonly Tensor[];
}

/** A node of the graph, and all that is known of it. */
export interface Operation {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly Tensor[];
  /** Names of nodes. */
  readonly controls: readonly string[];
  readonly device: NodeOptions['device'] | null;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly Tensor[];
  readonly backward: Backward | null;
  readonly sources: readonly Tensor[];
  /** The layer that it is a part of; null for what stands around the network. */
  readonly layer: string | null;
}

export interface Variable {
  /** As its publisher wrote it; also its name in checkpoints. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly handle: Tensor;
  /** Its value, read once in a run. */
  readonly value: Tensor;
}

/** `oneDNN`: a processor's, with that library in use. `cuDNN`: a GPU's. `other`: TensorFlow's own. */
export type Kernels = 'oneDNN' | 'cuDNN' | 'other';

/** A TensorFlow graph in the making: nodes in an order in which each comes after its inputs. */
export class Graph {
  readonly operations: readonly Operation[];
  readonly #operations: Operation[] = [];
  readonly #names = new Map<string, number>();
  readonly #producers = new Map<Tensor, Operation>();
  /** What the graph will be computed with, which decides which of two equal ways is the faster. */
  readonly kernels: Kernels;
  #layer: string | null = null;

  constructor(kernels: Kernels = 'other') {
    this.kernels = kernels;
    this.operations = this.#operations;
  }

  /**
   * Writes what belongs to a layer.
   *
   * @throws ThawError `graph.invalid` of what is written, naming the layer
   */
  ofLayer<Written>(layer: string, write: () => Written): Written {
    const around = this.#layer;
    this.#layer = layer;
    try {
      return write();
    } catch (error) {
      if (!(error instanceof ThawError) || error.code !== 'graph.invalid') throw error;
      throw new ThawError(error.code, `Layer '${layer}' cannot be written: ${error.message}`, error.hint, {
        cause: error,
      });
    } finally {
      this.#layer = around;
    }
  }

  /** Adds a node, which may have any number of outputs, also none. */
  operation(options: NodeOptions): Operation {
    const name = this.#unique(options.name);
    const inputs = options.inputs ?? [];
    for (const input of inputs) this.producer(input);
    const operation: Operation = {
      op: options.op,
      name,
      inputs,
      controls: (options.controls ?? []).map((control) => this.#nodeOf(control).name),
      device: options.device ?? null,
      attributes: options.attributes ?? {},
      outputs: (options.outputs ?? []).map((output, index) => ({
        name: `${name}:${index}`,
        dtype: output.dtype,
        shape: output.shape,
      })),
      backward: options.backward ?? null,
      sources: options.sources ?? inputs,
      layer: this.#layer,
    };
    this.#operations.push(operation);
    for (const output of operation.outputs) this.#producers.set(output, operation);
    return operation;
  }

  /** Adds a node and gives its outputs. */
  node(options: NodeOptions): readonly Tensor[] {
    return this.operation(options).outputs;
  }

  /** Adds a node with one output, and gives this. */
  single(options: NodeOptions & { readonly outputs: readonly [Pick<Tensor, 'dtype' | 'shape'>] }): Tensor {
    const [output] = this.node(options);
    if (!output) throw new TypeError(`Node '${options.name}' was declared with one output and has none.`);
    return output;
  }

  /**
   * The node that computes a tensor.
   *
   * @throws ThawError `graph.invalid` for a tensor of another graph
   */
  producer(output: Tensor): Operation {
    const producer = this.#producers.get(output);
    if (!producer) {
      throw new ThawError(
        'graph.invalid',
        `Every input of an op must be a tensor of its own graph; '${output.name}' is not.`,
        'Build the tensor and what uses it with one Graph.',
      );
    }
    return producer;
  }

  placeholder(name: string, dtype: DataType, sizes: readonly number[]): Tensor {
    return this.single({
      op: 'Placeholder',
      name,
      attributes: { dtype: type(dtype), shape: shape(sizes) },
      outputs: [{ dtype, shape: sizes }],
    });
  }

  /** @param values in row-major order; a single one fills the tensor */
  constant(name: string, dtype: DataType, sizes: readonly number[], values: ConstantValues): Tensor {
    return this.single({
      op: 'Const',
      name,
      attributes: { dtype: type(dtype), value: tensor(tensorValue(name, dtype, sizes, values)) },
      outputs: [{ dtype, shape: sizes }],
    });
  }

  /** A variable of the session. It has no value until one is assigned or restored. */
  variable(name: string, sizes: readonly number[], dtype: DataType = 'float32'): Variable {
    const handle = this.single({
      op: 'VarHandleOp',
      name,
      attributes: { dtype: type(dtype), shape: shape(sizes), shared_name: text(name) },
      outputs: [{ dtype: 'resource', shape: [] }],
    });
    const unread = { name, shape: sizes, dtype, handle };
    return { ...unread, value: this.read(unread, `${name}/read`) };
  }

  /** Reads a variable once more, after `controls` have changed it. */
  read(variable: Omit<Variable, 'value'>, name: string, controls: readonly (Operation | Tensor)[] = []): Tensor {
    return this.single({
      op: 'ReadVariableOp',
      name,
      inputs: [variable.handle],
      controls,
      attributes: { dtype: type(variable.dtype) },
      outputs: [{ dtype: variable.dtype, shape: variable.shape }],
    });
  }

  /**
   * Gives a variable a value.
   *
   * @throws ThawError `graph.invalid` when type or shape differ
   */
  assign(variable: Variable, value: Tensor, controls: readonly (Operation | Tensor)[] = []): Operation {
    if (value.dtype !== variable.dtype || value.shape.join() !== variable.shape.join()) {
      throw new ThawError(
        'graph.invalid',
        `Variable '${variable.name}' is ${variable.dtype} [${variable.shape.join(', ')}]; ` +
          `it cannot take '${value.name}', ${value.dtype} [${value.shape.join(', ')}].`,
        'Give it a value of its own type and shape.',
      );
    }
    // A fed tensor may lie in memory of JavaScript's, which a variable must neither share nor free from another thread.
    const own = this.producer(value).op === 'Placeholder' ? this.#copied(value) : value;
    return this.operation({
      op: 'AssignVariableOp',
      name: `${variable.name}/assign`,
      inputs: [variable.handle, own],
      controls,
      attributes: { dtype: type(variable.dtype), validate_shape: bool(true) },
    });
  }

  /** A scalar, 1, to be fetched so that `controls` run. */
  group(name: string, controls: readonly (Operation | Tensor)[]): Tensor {
    return this.identity(name, this.constant(`${name}/one`, 'float32', [], 1), controls);
  }

  identity(name: string, input: Tensor, controls: readonly (Operation | Tensor)[] = []): Tensor {
    return this.single({
      op: 'Identity',
      name,
      inputs: [input],
      controls,
      attributes: { T: type(input.dtype) },
      outputs: [input],
      backward: (gradients) => gradients,
    });
  }

  #copied(value: Tensor): Tensor {
    return this.single({
      op: 'DeepCopy',
      name: `${this.producer(value).name}/copy`,
      inputs: [value],
      attributes: { T: type(value.dtype) },
      outputs: [value],
    });
  }

  #nodeOf(control: Operation | Tensor): Operation {
    return 'op' in control ? control : this.producer(control);
  }

  #unique(wanted: string): string {
    const allowed = wanted.replace(/[^A-Za-z0-9_.\-/>]/g, '_').replace(/^[^A-Za-z0-9.]/, '.$&');
    let count = this.#names.get(allowed) ?? 0;
    let name = allowed;
    while (this.#names.has(name)) {
      count += 1;
      name = `${allowed}_${count}`;
    }
    this.#names.set(allowed, count);
    this.#names.set(name, this.#names.get(name) ?? 0);
    return name;
  }
}
