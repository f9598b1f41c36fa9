import type { WeightsSource } from '../../../shared/contract/plan.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { TimeLimitError, withTimeLimit } from '../time-limit.ts';
import type { TensorEntry, WeightsFile } from '../weights-file.ts';

type MappingRule =
  | { readonly kind: 'strip' | 'add'; readonly prefix: string }
  | { readonly kind: 'replace'; readonly pattern: RegExp; readonly replacement: string }
  | { readonly kind: 'only' | 'not'; readonly pattern: RegExp };

const GRAMMAR =
  'A mapping rule is strip:PREFIX, add:PREFIX, only:REGEX, not:REGEX, or /REGEX/REPLACEMENT/ (a slash in it as \\/).';
/** Of all names together: an expression that is not done by then backtracks without end. */
const LIMIT_MILLISECONDS = 500;

function invalid(found: string, hint: string, cause?: unknown): ThawError {
  return new ThawError('usage.invalid', `${GRAMMAR} ${found}`, hint, { cause });
}

function regex(source: string, text: string): RegExp {
  try {
    return new RegExp(source, 'gu');
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw invalid(`Received '${text}', whose regex does not parse: ${problem}.`, 'Mend the expression.', error);
  }
}

/** The two parts of `/REGEX/REPLACEMENT/`; null where it is none. */
function replaceParts(text: string): readonly [string, string] | null {
  const [, source, replacement] = /^\/((?:[^/\\]|\\.)+)\/((?:[^/\\]|\\.)*)\/$/u.exec(text) ?? [];
  return source === undefined || replacement === undefined ? null : [source, replacement.replaceAll('\\/', '/')];
}

/** @throws ThawError `usage.invalid` */
function parseRule(given: string): MappingRule {
  const text = given.trim();
  const parts = replaceParts(text);
  if (parts) return { kind: 'replace', pattern: regex(parts[0], text), replacement: parts[1] };
  const [, kind, rest = ''] = /^(strip|add|only|not):(.+)$/su.exec(text) ?? [];
  switch (kind) {
    case 'strip':
    case 'add':
      return { kind, prefix: rest };
    case 'only':
    case 'not':
      return { kind, pattern: regex(rest, text) };
    case undefined:
    default:
      throw invalid(`Received '${text}'.`, "Write for instance 'strip:backbone.' or '/^features\\.(\\d+)/block$1/'.");
  }
}

/** @returns null for a tensor that a rule leaves out */
function renamed(name: string, rules: readonly MappingRule[]): string | null {
  let now = name;
  for (const rule of rules) {
    switch (rule.kind) {
      case 'strip':
        if (now.startsWith(rule.prefix)) now = now.slice(rule.prefix.length);
        break;
      case 'add':
        now = `${rule.prefix}${now}`;
        break;
      case 'replace':
        now = now.replaceAll(rule.pattern, rule.replacement);
        break;
      case 'only':
      case 'not':
        // `search`, unlike `test`, does not remember where an earlier name ended.
        if ((now.search(rule.pattern) === -1) === (rule.kind === 'only')) return null;
    }
  }
  return now;
}

function assertDistinct(names: ReadonlyMap<string, string>): void {
  const from = new Map<string, string>();
  for (const [own, name] of names) {
    const other = from.get(name);
    if (other !== undefined) {
      throw new ThawError(
        'usage.invalid',
        `Mapping rules leave each tensor a name of its own; '${other}' and '${own}' would both be '${name}'.`,
        "Make the rules narrower, or leave one of them out with 'not:REGEX'.",
      );
    }
    from.set(name, own);
  }
}

/**
 * A file under the names that a user's rules give its tensors, in order; the built-in names are looked for among those.
 *
 * @param texts see `GRAMMAR`; REPLACEMENT may use $1 and $<name>, as JavaScript's `String.replaceAll`
 * @throws ThawError `usage.invalid` for what is no rule, an expression that takes too long, or two tensors of one name
 */
export function withMappingRules(file: WeightsFile, texts: readonly string[]): WeightsFile {
  if (texts.length === 0) return file;
  const rules = texts.map(parseRule);
  const names = renameAll([...file.tensors.keys()], rules);
  assertDistinct(names);
  const owns = new Map([...names].map(([own, name]) => [name, own]));
  const tensors = new Map<string, TensorEntry>();
  for (const [name, own] of owns) {
    const entry = file.tensors.get(own);
    if (entry) tensors.set(name, entry);
  }
  return {
    path: file.path,
    format: file.format,
    framework: file.framework,
    sha256: file.sha256,
    tensors,
    read: (name) => file.read(owns.get(name) ?? name),
    close: () => file.close(),
  };
}

/** An opened file under the names that the plan's own rules give it. @throws ThawError `usage.invalid` */
export function asPlanned(file: WeightsFile, source: WeightsSource): WeightsFile {
  return source.kind === 'file' ? withMappingRules(file, source.mapping ?? []) : file;
}

/** By the file's own name; without those left out. */
function renameAll(names: readonly string[], rules: readonly MappingRule[]): ReadonlyMap<string, string> {
  try {
    return withTimeLimit(() => {
      const all = new Map<string, string>();
      for (const own of names) {
        const name = renamed(own, rules);
        if (name !== null) all.set(own, name);
      }
      return all;
    }, LIMIT_MILLISECONDS);
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    throw invalid(
      `These took longer than ${LIMIT_MILLISECONDS} ms over ${names.length} names.`,
      'Write expressions without nested repetitions such as (a+)+.',
      error,
    );
  }
}
