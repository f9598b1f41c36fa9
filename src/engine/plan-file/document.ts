import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { PlanFormat } from '../../shared/contract/plan-file.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { TimeLimitError, withTimeLimit } from '../weights/time-limit.ts';

/** A plan takes milliseconds; keys are held against one another, so that a file of nothing but keys would take minutes. */
const LIMIT_MILLISECONDS = 3000;
/** Each use of an anchor counts with all that stands in it. */
const MOST_ALIASES = 50;

/** What a text holds, and on which line. */
export interface PlanDocument {
  /** What errors call the file. */
  readonly name: string;
  readonly value: unknown;
  /** The line, from 1, of what stands at a path; of the nearest thing around it where the path leads to nothing. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
  /** The line of a key itself. */
  readonly lineOfKey: (path: readonly PropertyKey[], key: string) => number;
}

/** What is wrong at a place of the file. */
export function refusal(document: { readonly name: string }, line: number, found: string, hint: string): ThawError {
  return new ThawError('usage.invalid', `${document.name}, line ${line}: ${found}`, hint);
}

function assertJson(text: string, name: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new ThawError(
      'usage.invalid',
      `${name} is to be JSON; it does not parse: ${problem}.`,
      'Mend it, or call a file of YAML .yaml.',
      { cause: error },
    );
  }
}

function isKey(written: unknown, key: PropertyKey): boolean {
  return isScalar(written) ? String(written.value) === String(key) : String(written) === String(key);
}

function startOf(node: unknown): number | null {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
  const start: unknown = Array.isArray(range) ? range[0] : null;
  return typeof start === 'number' ? start : null;
}

function keyStart(document: Document.Parsed, path: readonly PropertyKey[], key: PropertyKey): number | null {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(node)) return null;
  return startOf(node.items.find((pair) => isKey(pair.key, key))?.key);
}

/** Where a path is told to be: at its key, or, in a list, where the entry begins. */
function placeOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const within = path.slice(0, length);
    const last = within.at(-1);
    const start =
      typeof last === 'string' ? keyStart(document, within.slice(0, -1), last) : startOf(document.getIn(within, true));
    if (start !== null) return start;
  }
  return startOf(document.contents) ?? 0;
}

/**
 * Reads a plan file from whomever it comes: the safe part of YAML 1.2, with each key once, no tags, and aliases few enough to
 * be put in; in bounded time.
 *
 * @throws ThawError `usage.invalid`, naming the line
 */
export function readDocument(text: string, format: PlanFormat, name: string): PlanDocument {
  if (format === 'json') assertJson(text, name);
  const lines = new LineCounter();
  const line = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const parse = (): { readonly document: Document.Parsed; readonly value: unknown } => {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      stringKeys: true,
      uniqueKeys: true,
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
    });
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem) {
      // The package catches this one and tells it as any other.
      if (problem.message.startsWith('Maximum call stack')) throw new RangeError(problem.message);
      const found = problem.code === 'DUPLICATE_KEY' ? 'a key stands there twice' : problem.message;
      throw refusal({ name }, line(problem.pos[0]), `${found.replace(/\.$/, '')}.`, 'Mend the file there.');
    }
    return { document, value: document.toJS({ maxAliasCount: MOST_ALIASES }) };
  };
  try {
    const { document, value } = withTimeLimit(parse, LIMIT_MILLISECONDS);
    return {
      name,
      value,
      lineOf: (path) => line(placeOf(document, path)),
      lineOfKey: (path, key) => line(keyStart(document, path, key) ?? placeOf(document, path)),
    };
  } catch (error) {
    if (error instanceof ThawError) throw error;
    const why =
      error instanceof TimeLimitError
        ? `it was not read after ${LIMIT_MILLISECONDS} ms`
        : error instanceof RangeError
          ? 'it is nested too deeply'
          : error instanceof ReferenceError
            ? `its aliases stand for more than ${MOST_ALIASES} times as much as is written`
            : null;
    if (why === null) throw error;
    const rule = 'A plan file is a plan or a list of them';
    throw new ThawError('usage.invalid', `${rule}; of ${name} ${why}.`, 'Write it plainly.', { cause: error });
  }
}
