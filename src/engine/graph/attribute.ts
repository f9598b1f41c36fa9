import type { DataType } from './data-type.ts';

/** The value of a Const; one value fills the tensor. */
export interface TensorValue {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array | readonly Uint8Array[];
}

/** An op's attribute, as in `tensorflow/core/framework/attr_value.proto`. */
export type Attribute =
  | { readonly kind: 'type'; readonly value: DataType }
  | { readonly kind: 'types'; readonly value: readonly DataType[] }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'shapes'; readonly value: readonly (readonly number[])[] }
  /** The name of a function of the graph's library. */
  | { readonly kind: 'function'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: TensorValue }
  /** An `AttrValue` as its bytes, of a graph from elsewhere. */
  | { readonly kind: 'encoded'; readonly value: Uint8Array };

export const type = (value: DataType): Attribute => ({ kind: 'type', value });
export const types = (value: readonly DataType[]): Attribute => ({ kind: 'types', value });
export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const bool = (value: boolean): Attribute => ({ kind: 'bool', value });
export const text = (value: string): Attribute => ({ kind: 'text', value });
export const shape = (value: readonly number[]): Attribute => ({ kind: 'shape', value });
export const shapes = (value: readonly (readonly number[])[]): Attribute => ({ kind: 'shapes', value });
export const func = (value: string): Attribute => ({ kind: 'function', value });
export const tensor = (value: TensorValue): Attribute => ({ kind: 'tensor', value });
