import { QueryError, type Expected } from './query-error.ts';
import { LAYER_STATES, OPERATORS, TAKES, type Literal, type Operand, type Operator, type Query } from './syntax.ts';
import { isKeyword, tokenize, type Span, type Token } from './token.ts';

const LONGEST_QUERY = 2000;
const DEEPEST = 50;
const MOST_CONDITIONS = 50;

const FUNCTIONS = [...LAYER_STATES, 'missing', ...TAKES];
const SPELLINGS: Readonly<Record<string, Operator>> = { '==': '=', '<>': '!=' };

function found(token: Token): string {
  if (token.kind === 'end') return 'the query ends';
  if (token.kind === 'open') return 'a quote is not closed';
  return `there is '${token.text.slice(0, 100)}'`;
}

/** Recursive descent over `or`, `and`, `not` and conditions, each binding closer than the one before. */
class Parser {
  readonly #tokens: readonly Token[];
  #place = 0;
  #depth = 0;
  #conditions = 0;

  constructor(query: string) {
    if (query.length > LONGEST_QUERY) {
      throw new QueryError(
        'usage.invalid',
        { from: LONGEST_QUERY, to: query.length },
        `it goes on, to ${query.length} characters`,
        `Write at most ${LONGEST_QUERY} characters; \`in (...)\` takes several values at once.`,
      );
    }
    this.#tokens = tokenize(query);
  }

  /** @returns null for a query without a condition */
  query(): Query | null {
    if (this.#peek().kind === 'end') return null;
    const query = this.#or();
    if (this.#peek().kind !== 'end') {
      this.#fail("Join conditions with 'and' or 'or', and close every parenthesis.", {
        kind: 'punctuation',
        text: 'and',
      });
    }
    return query;
  }

  /** A key alone, or `last(KEY)` and the like. */
  operandOnly(): Operand {
    const operand = this.#operand();
    if (this.#peek().kind !== 'end') this.#fail("Write one key, or 'last(KEY)', 'min(KEY)', 'max(KEY)'.");
    return operand;
  }

  #peek(ahead = 0): Token {
    const last: Token = { kind: 'end', text: '', from: 0, to: 0 };
    return this.#tokens[this.#place + ahead] ?? this.#tokens.at(-1) ?? last;
  }

  #fail(hint: string, expected: Expected | null = null, token = this.#peek()): never {
    const closing = token.kind === 'open' ? 'Close the quote; write \\" for one inside it.' : hint;
    throw new QueryError('usage.invalid', token, found(token), closing, expected);
  }

  #take(): Token {
    const token = this.#peek();
    this.#place += 1;
    return token;
  }

  #punctuation(kind: '(' | ')', hint: string): Token {
    if (this.#peek().kind !== kind) this.#fail(hint, { kind: 'punctuation', text: kind });
    return this.#take();
  }

  #or(): Query {
    return this.#joined('or', () => this.#joined('and', () => this.#not()));
  }

  #joined(kind: 'and' | 'or', part: () => Query): Query {
    const parts = [part()];
    while (isKeyword(this.#peek(), kind)) {
      this.#take();
      parts.push(part());
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind, parts };
  }

  #not(): Query {
    if (isKeyword(this.#peek(), 'not')) {
      const span = this.#take();
      return { kind: 'not', part: this.#deeper(span, () => this.#not()) };
    }
    if (this.#peek().kind !== '(') return this.#condition();
    const span = this.#take();
    const inner = this.#deeper(span, () => this.#or());
    if (this.#peek().kind !== ')') this.#fail("Close the parenthesis with ')'.", { kind: 'closing' });
    this.#take();
    return inner;
  }

  #deeper(span: Span, read: () => Query): Query {
    if (this.#depth === DEEPEST) {
      throw new QueryError(
        'usage.invalid',
        span,
        `parentheses and 'not' go deeper than ${DEEPEST}`,
        'Leave out those that change nothing.',
      );
    }
    this.#depth += 1;
    const query = read();
    this.#depth -= 1;
    return query;
  }

  #condition(): Query {
    this.#conditions += 1;
    if (this.#conditions > MOST_CONDITIONS) {
      throw new QueryError(
        'usage.invalid',
        this.#peek(),
        `there are more than ${MOST_CONDITIONS} conditions`,
        '`in (...)` takes several values at once.',
      );
    }
    if (this.#peek().kind === 'word' && this.#peek(1).kind === '(') {
      const name = this.#peek().text.toLowerCase();
      const state = LAYER_STATES.find((known) => known === name);
      if (state) return { kind: state, pattern: this.#argument(() => this.#literal({ kind: 'pattern' })) };
      if (name === 'missing') return { kind: 'missing', operand: this.#argument(() => this.#operand()) };
    }
    return this.#comparison(this.#operand());
  }

  #argument<Argument>(read: () => Argument): Argument {
    this.#take();
    this.#punctuation('(', 'Write what it is about in parentheses: \'frozen("/^conv4_/")\'.');
    const argument = read();
    this.#punctuation(')', "Close the parenthesis with ')'.");
    return argument;
  }

  #operand(): Operand {
    const token = this.#peek();
    const expected: Expected = { kind: 'condition' };
    if (token.kind === 'word' && this.#peek(1).kind === '(') {
      const take = TAKES.find((known) => known === token.text.toLowerCase());
      if (!take) this.#fail(`Functions are ${FUNCTIONS.join(', ')}.`, expected);
      const key = this.#argument(() => this.#key({ kind: 'key' }));
      return { take, key: key.text, from: token.from, to: this.#tokens[this.#place - 1]?.to ?? key.to };
    }
    const key = this.#key(expected);
    return { take: 'value', key: key.text, from: key.from, to: key.to };
  }

  #key(expected: Expected): Token {
    const token = this.#peek();
    const keyword = ['and', 'or', 'in', 'not'].some((word) => isKeyword(token, word));
    if ((token.kind !== 'word' && token.kind !== 'text') || keyword) {
      this.#fail("A condition begins with a key, such as network or val_accuracy, with 'not' or with '('.", expected);
    }
    return this.#take();
  }

  #comparison(operand: Operand): Query {
    const negated = isKeyword(this.#peek(), 'not') && isKeyword(this.#peek(1), 'in');
    if (negated) this.#take();
    if (isKeyword(this.#peek(), 'in')) {
      this.#take();
      return { kind: 'membership', operand, negated, values: this.#values(operand) };
    }
    if (this.#peek().kind !== 'operator') return { kind: 'truth', operand };
    const token = this.#peek();
    const operator = OPERATORS.find((known) => known === (SPELLINGS[token.text] ?? token.text));
    if (!operator) this.#fail(`Operators are ${OPERATORS.join(' ')} and in (...).`, { kind: 'operator', operand });
    this.#take();
    return { kind: 'comparison', operand, operator, value: this.#literal({ kind: 'value', operand }) };
  }

  #values(operand: Operand): readonly Literal[] {
    this.#punctuation('(', "Write the values in parentheses: 'network in (ResNet50, VGG16)'.");
    const values = [this.#literal({ kind: 'values', operand })];
    while (this.#peek().kind === ',') {
      this.#take();
      values.push(this.#literal({ kind: 'values', operand }));
    }
    this.#punctuation(')', "Put ',' between the values and ')' behind the last.");
    return values;
  }

  #literal(expected: Expected): Literal {
    const token = this.#peek();
    if (token.kind === 'text') {
      this.#take();
      return { text: token.text, quoted: true, from: token.from, to: token.to };
    }
    if (token.kind !== 'word') this.#fail('Write a value: a word, a number, or a text in quotes.', expected);
    this.#take();
    if (!isKeyword(this.#peek(), 'ago')) return { text: token.text, quoted: false, from: token.from, to: token.to };
    const { to } = this.#take();
    return { text: `${token.text} ago`, quoted: false, from: token.from, to };
  }
}

/**
 * A query of the runs:
 *
 * ```
 * query      = condition, { "and" | "or", condition }          "and" binds closer than "or"
 * condition  = "not" condition | "(" query ")"
 *            | operand operator value | operand ["not"] "in" "(" value { "," value } ")"
 *            | key                                             for what is either so or not: starred
 *            | ("frozen" | "trainable") "(" layers ")" | "missing" "(" operand ")"
 * operand    = key | ("last" | "min" | "max") "(" key ")"
 * operator   = "=" | "!=" | ">" | ">=" | "<" | "<=" | "~" | "!~"
 * ```
 *
 * Keys, values and layers are words, or texts in quotes. Words of the language are read in capitals too.
 *
 * @returns null for a query without a condition, which every run fits
 * @throws QueryError `usage.invalid`, also for what is longer than 2000 characters, deeper than 50 or of over 50 conditions
 */
export function parseQuery(query: string): Query | null {
  return new Parser(query).query();
}

/** What runs are sorted, shown or grouped by: `val_accuracy`, `last(loss)`. @throws QueryError `usage.invalid` */
export function parseOperand(text: string): Operand {
  return new Parser(text).operandOnly();
}
