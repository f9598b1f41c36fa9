/** Markup that is safe as it is; made by `html` alone, which escapes all that is none. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | null | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that no document may hold, XML's neither: they are shown as replaced. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g;

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? '').replaceAll(FORBIDDEN, '\ufffd');
}

function markup(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part).toWellFormed());
  return part.map(markup).join('');
}

/**
 * A name within words, set apart by Unicode's isolates (Unicode Standard Annex 9, section 2.4): its direction, and what it
 * holds to turn that around, ends with it. A name whose characters have none is left as it is.
 */
export function isolated(name: string): string {
  return /^[\u0020-\u007e]*$/.test(name) ? name : `\u2068${name}\u2069`;
}

/** Markup with values in it, as text or within quoted attributes: whatever they hold, they stay text. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, next, index) => `${text}${markup(parts[index - 1] ?? null)}${next}`));
}
