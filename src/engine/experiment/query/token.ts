/** A stretch of a query's text, in UTF-16 code units from its beginning; `to` is the first beyond it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** `text` was written in quotes, `word` without; `open` is a text whose closing quote is missing. */
export interface Token extends Span {
  readonly kind: 'word' | 'text' | 'open' | 'operator' | '(' | ')' | ',' | 'end';
  /** Of a text what stands between its quotes, without escapes; else as it was written. */
  readonly text: string;
}

const SPACE = /\s/u;
const OPERATOR = /==|!=|<>|>=|<=|!~|[=<>~!]/y;
const WORD = /[^\s(),"'=!<>~]+/uy;

/** In quotes a backslash goes before a quote or a backslash; before anything else it is itself, as regexes are full of them. */
function readText(query: string, from: number): Token {
  const quote = query[from] ?? '';
  let text = '';
  let at = from + 1;
  while (at < query.length) {
    const character = query[at] ?? '';
    if (character === quote) return { kind: 'text', text, from, to: at + 1 };
    const next = query[at + 1];
    const escaped = character === '\\' && (next === quote || next === '\\');
    text += escaped ? next : character;
    at += escaped ? 2 : 1;
  }
  return { kind: 'open', text, from, to: query.length };
}

function matchAt(pattern: RegExp, query: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(query)?.[0] ?? null;
}

function readToken(query: string, from: number): Token {
  const character = query[from] ?? '';
  if (character === '(' || character === ')' || character === ',') {
    return { kind: character, text: character, from, to: from + 1 };
  }
  if (character === '"' || character === "'") return readText(query, from);
  const operator = matchAt(OPERATOR, query, from);
  if (operator !== null) return { kind: 'operator', text: operator, from, to: from + operator.length };
  const word = matchAt(WORD, query, from) ?? character;
  return { kind: 'word', text: word, from, to: from + word.length };
}

/** The tokens of a query, an `end` last. Every text has some: what does not fit is for the parser to refuse. */
export function tokenize(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    if (SPACE.test(query[at] ?? '')) {
      at += 1;
      continue;
    }
    const token = readToken(query, at);
    tokens.push(token);
    at = token.to;
  }
  return [...tokens, { kind: 'end', text: '', from: query.length, to: query.length }];
}

const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'ago']);

export function isKeyword(token: Token, keyword: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === keyword;
}

/** A text as a query writes it: bare where it reads as one word, else in quotes. */
export function written(text: string): string {
  const bare = matchAt(WORD, text, 0) === text && !KEYWORDS.has(text.toLowerCase());
  return bare ? text : quoted(text);
}

export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
