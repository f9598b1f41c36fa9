import { ThawError, type ErrorCode } from '../../../shared/errors/thaw-error.ts';
import type { Operand } from './syntax.ts';
import type { Span } from './token.ts';

/** What may stand where a query ends too early, so that it can be completed. */
export type Expected =
  | { readonly kind: 'condition' }
  | { readonly kind: 'operator' | 'value' | 'values'; readonly operand: Operand }
  | { readonly kind: 'key' }
  | { readonly kind: 'pattern' }
  /** Of a parenthesis around conditions, which may go on as well. */
  | { readonly kind: 'closing' }
  | { readonly kind: 'punctuation'; readonly text: string };

/** A query that cannot be understood, and where. */
export class QueryError extends ThawError {
  readonly span: Span;
  readonly expected: Expected | null;

  /** @param found what is wrong there, to complete "At character N, ..." */
  constructor(code: ErrorCode, span: Span, found: string, hint: string, expected: Expected | null = null) {
    super(code, `A query is conditions such as 'val_accuracy > 0.9'. At character ${span.from + 1}, ${found}.`, hint);
    this.name = 'QueryError';
    this.span = span;
    this.expected = expected;
  }
}
