/** Kinds of rules for the names of a file's tensors, as the engine's grammar has them. */
export const RULE_KINDS = ['strip', 'add', 'replace', 'only', 'not'] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

/** A rule as it is being written. */
export interface RuleDraft {
  /** Its own as long as it is in the list, wherever it moves. */
  readonly id: number;
  readonly kind: RuleKind;
  /** A prefix or, of `replace`, `only` and `not`, a regular expression. */
  readonly text: string;
  /** What takes its place; of `replace` alone. */
  readonly replacement: string;
}

/** Slashes of an expression end it, unless they are escaped; what is escaped already stays. */
function escapeSlashes(text: string): string {
  return text.replaceAll(/\\.|\//gsu, (found) => (found === '/' ? '\\/' : found));
}

/** A rule as the engine reads it; null while nothing is in it yet. */
export function formatRule({ kind, text, replacement }: RuleDraft): string | null {
  if (text === '') return null;
  return kind === 'replace' ? `/${escapeSlashes(text)}/${escapeSlashes(replacement)}/` : `${kind}:${text}`;
}

/** The rules that say something, as the engine reads them. */
export function formatRules(rules: readonly RuleDraft[]): readonly string[] {
  return rules.flatMap((rule) => formatRule(rule) ?? []);
}

/** What {@link formatRule} wrote, to be edited; a text that is no rule becomes one that leaves all names as they are. */
export function parseRules(texts: readonly string[]): readonly RuleDraft[] {
  return texts.map((text, id) => {
    const [, source, replacement] = /^\/((?:[^/\\]|\\.)+)\/((?:[^/\\]|\\.)*)\/$/su.exec(text) ?? [];
    if (source !== undefined && replacement !== undefined) {
      const plain = (part: string): string => part.replaceAll('\\/', '/');
      return { id, kind: 'replace', text: plain(source), replacement: plain(replacement) };
    }
    const kind = RULE_KINDS.find((candidate) => candidate !== 'replace' && text.startsWith(`${candidate}:`)) ?? 'strip';
    return { id, kind, text: text.slice(kind.length + 1), replacement: '' };
  });
}

/** Why an expression cannot be one, in the words of the platform; null where it can, and for prefixes. */
export function expressionProblem({ kind, text }: RuleDraft): string | null {
  if (text === '' || kind === 'strip' || kind === 'add') return null;
  try {
    new RegExp(kind === 'replace' ? escapeSlashes(text) : text, 'u');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** With one more at the end, of an id that none of them has. */
export function addRule(
  rules: readonly RuleDraft[],
  rule: Pick<RuleDraft, 'kind'> & Partial<RuleDraft> = { kind: 'strip' },
): readonly RuleDraft[] {
  const id = Math.max(-1, ...rules.map((other) => other.id)) + 1;
  return [...rules, { text: '', replacement: '', ...rule, id }];
}

export function changeRule(
  rules: readonly RuleDraft[],
  id: number,
  change: Partial<Omit<RuleDraft, 'id'>>,
): readonly RuleDraft[] {
  return rules.map((rule) => (rule.id === id ? { ...rule, ...change } : rule));
}

export function removeRule(rules: readonly RuleDraft[], id: number): readonly RuleDraft[] {
  return rules.filter((rule) => rule.id !== id);
}

/** Rules work one after the other: one place earlier (-1) or later (1), where there is such a place. */
export function moveRule(rules: readonly RuleDraft[], id: number, by: -1 | 1): readonly RuleDraft[] {
  const from = rules.findIndex((rule) => rule.id === id);
  const moved = rules[from];
  const to = from + by;
  if (moved === undefined || to < 0 || to >= rules.length) return rules;
  const others = removeRule(rules, id);
  return [...others.slice(0, to), moved, ...others.slice(to)];
}
