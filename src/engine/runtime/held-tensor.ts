import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { DataType } from '../graph/data-type.ts';

/** A value that stays in TensorFlow's hands between runs. */
export class HeldTensor implements Disposable {
  /** The binding's number for it. */
  readonly id: number;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly #release: () => void;
  #disposed = false;

  constructor(id: number, dtype: DataType, shape: readonly number[], release: () => void) {
    this.id = id;
    this.dtype = dtype;
    this.shape = shape;
    this.#release = release;
  }

  /** @throws ThawError `runtime.failed` once it is disposed of */
  check(name: string): void {
    if (!this.#disposed) return;
    throw new ThawError(
      'runtime.failed',
      `'${name}' is fed a held tensor that is disposed of.`,
      'This is a defect of Thaw: report it with this message.',
    );
  }

  /** Frees it. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#release();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
