import { homedir, hostname, userInfo } from 'node:os';

/** A text that is replaced by a word wherever it stands. */
export interface Secret {
  readonly text: string;
  readonly by: string;
}

interface Pattern {
  readonly found: RegExp;
  readonly by: string;
}

/**
 * What may name a person, a machine or a place. A path within quotes ends with them, any other at a space; one that begins
 * with a replacement, such as `<home>/thaw`, was shortened before. Each looks at a word from its beginning alone, so that a
 * long text takes no more time than its length.
 */
const PATTERNS: readonly Pattern[] = [
  { found: /\bfile:\/\/(?=[</])/gi, by: '' },
  { found: /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^\s'"`)\]}>]+/gi, by: '<address>' },
  { found: /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, by: '<e-mail>' },
  { found: /\b(?:Bearer|Basic)\s+[\w.~+/=-]+/gi, by: '<secret>' },
  {
    found:
      /(?<![\w-])([\w-]*(?:token|secret|password|key|authorization|cookie))(["']?\s*[=:]\s*["']?)(?!<)[^\s"',;&]+/gi,
    by: '$1$2<secret>',
  },
  { found: /(['"`])(?:[a-z]:)?(?:[/\\]|<[\w-]+>[/\\])[^'"`\n]*\1/gi, by: '$1<path>$1' },
  { found: /<(?:home|cache|data|dataset)>[/\\][^\s'"`,;)\]}]*/g, by: '<path>' },
  { found: /(?<![\w<>./\\])(?:~|[a-z]:)?[/\\]{1,2}[\p{L}\p{N}_.~-][^\s'"`,;)\]}]*/giu, by: '<path>' },
  { found: /(['"`])[^'"`\n/\\.]*[/\\.][^'"`\n]*\1/g, by: '$1<name>$1' },
  // Not `3/60` or `MB/s`, nor what Node.js calls its own files.
  {
    found:
      /(?<![\p{L}\p{N}_<>./\\~-]|node:)(?!\d+\/\d+(?![\p{L}\p{N}_./\\-])|\p{L}+\/s(?![\p{L}\p{N}_./\\-]))(?:[\p{L}\p{N}_.~-]+[/\\])+[^\s'"`,;)\]}]*/gu,
    by: '<path>',
  },
  {
    found:
      /(?<![\p{L}\p{N}_<-])[\p{L}\p{N}_-]+\.(?:jpe?g|png|gif|webp|bmp|tiff?|avif|heic|csv|npz|h5|keras|safetensors|pb|zip)\b/giu,
    by: '<name>',
  },
  { found: /\b(?:\d{1,3}\.){3}\d{1,3}\b/g, by: '<address>' },
  { found: /(?<![\w:.])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])/gi, by: '<address>' },
  {
    found: /(?<![\w:.])(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?(?![\w:])/gi,
    by: '<address>',
  },
  { found: /(?<![\w-])[\w-]{32,}(?![\w-])/g, by: '<secret>' },
];

/** Of a user that the system has no entry for, it tells no name and perhaps no home. */
function ofUser(ask: () => string): string {
  try {
    return ask();
  } catch {
    return '';
  }
}

/** The names that this machine has for its person and itself; those of one letter are no names. */
function ownNames(): Secret[] {
  const names = [
    { text: ofUser(homedir), by: '<home>' },
    { text: ofUser(() => userInfo().username), by: '<user>' },
    { text: hostname(), by: '<host>' },
    { text: hostname().split('.')[0] ?? '', by: '<host>' },
  ];
  return names.filter(({ text }) => text.length > 1);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/**
 * Makes texts fit to be shown to strangers: places, names of people and machines, addresses and secrets are replaced by words
 * in angle brackets. What stands in quotes and looks like a file is taken for one.
 *
 * @param secrets texts that stand for something on this machine, replaced before all others, the longest first
 */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const given = [...secrets.filter(({ text }) => text.length > 1)].sort(
    (first, second) => second.text.length - first.text.length,
  );
  const own = ownNames();
  const fixed = [...given, ...own].map(({ text, by }) => {
    const isPath = /[/\\]/.test(text);
    const edge = isPath ? '' : String.raw`(?<![\p{L}\p{N}])`;
    const end = isPath ? '' : String.raw`(?![\p{L}\p{N}])`;
    return { found: new RegExp(`${edge}${escaped(text)}${end}`, 'giu'), by };
  });
  return (text) => [...fixed, ...PATTERNS].reduce((sum, { found, by }) => sum.replaceAll(found, by), text);
}

/** A document whose every text is redacted; its keys stay. */
export function redactDocument(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((inner) => redactDocument(inner, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactDocument(inner, redact)]));
}
