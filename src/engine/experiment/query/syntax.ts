import type { Span } from './token.ts';

export const OPERATORS = ['=', '!=', '>', '>=', '<', '<=', '~', '!~'] as const;
export type Operator = (typeof OPERATORS)[number];

/** What of a metric is meant. `value`: that of the run's best epoch, or the last where it has none. */
export const TAKES = ['last', 'min', 'max'] as const;
export type Take = 'value' | (typeof TAKES)[number];

export const LAYER_STATES = ['frozen', 'trainable'] as const;

/** What a run is compared, sorted or shown by, as it was written. */
export interface Operand extends Span {
  readonly take: Take;
  readonly key: string;
}

export interface Literal extends Span {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * A query as it was written. Every condition holds for a run or does not; there is no third:
 *
 * - `comparison` and `membership` hold for no run without the value, `!=`, `!~` and `not in` included; `not (...)` holds
 *   wherever what stands in it does not.
 * - of a key with several values (`tag`) they hold where one of them fits; `!=`, `!~` and `not in` where none does, so for a
 *   run without any too.
 */
export type Query =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }
  | {
      readonly kind: 'comparison';
      readonly operand: Operand;
      readonly operator: Operator;
      readonly value: Literal;
    }
  | {
      readonly kind: 'membership';
      readonly operand: Operand;
      readonly negated: boolean;
      readonly values: readonly Literal[];
    }
  /** A key alone: of what is either so or not. */
  | { readonly kind: 'truth'; readonly operand: Operand }
  | { readonly kind: 'missing'; readonly operand: Operand }
  | { readonly kind: (typeof LAYER_STATES)[number]; readonly pattern: Literal };
