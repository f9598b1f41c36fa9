import type { Dtype } from '../dtype.ts';

/** A storage of PyTorch: numbers in a row, which tensors look at. */
export class TorchStorage {
  /** What the file calls it. */
  readonly key: string;
  /** Null for one of bytes alone: the tensors on it say what their numbers are. */
  readonly dtype: Dtype | null;
  /** Numbers in it; bytes where it has no type. */
  readonly elements: number;
  /** Numbers before it, where it is a part of the one that the file holds under its key. */
  readonly start: number;

  constructor(key: string, dtype: Dtype | null, elements: number, start = 0) {
    this.key = key;
    this.dtype = dtype;
    this.elements = elements;
    this.start = start;
  }
}

/** A tensor of PyTorch: a view of a storage. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly dtype: Dtype;
  /** Of its first number, in numbers. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Numbers from one index to the next along each dimension; 0 where one number stands for all. */
  readonly strides: readonly number[];

  constructor(
    storage: TorchStorage,
    dtype: Dtype,
    view: { readonly offset: number; readonly shape: readonly number[]; readonly strides: readonly number[] },
  ) {
    this.storage = storage;
    this.dtype = dtype;
    this.offset = view.offset;
    this.shape = view.shape;
    this.strides = view.strides;
  }

  /** Numbers of the storage from the first to the last one that it looks at, both included. */
  get extent(): number {
    if (this.shape.includes(0)) return 0;
    return this.shape.reduce((sum, size, axis) => sum + (size - 1) * (this.strides[axis] ?? 0), 1);
  }
}
