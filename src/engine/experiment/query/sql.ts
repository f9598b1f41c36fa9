/** A piece of SQL with a `?` for each of its values; what people write is only ever one of these. */
export interface Sql {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

export function sql(text: string, ...values: (string | number)[]): Sql {
  return { text, values };
}

/** Puts pieces in the places of `{}`, their values in order. */
export function compose(template: string, ...pieces: Sql[]): Sql {
  const texts = template.split('{}');
  if (texts.length !== pieces.length + 1)
    throw new RangeError(`'${template}' has no place for ${pieces.length} pieces.`);
  return {
    text: texts.map((text, place) => text + (pieces[place]?.text ?? '')).join(''),
    values: pieces.flatMap(({ values }) => values),
  };
}

export function join(pieces: readonly Sql[], between: string): Sql {
  return { text: pieces.map(({ text }) => text).join(between), values: pieces.flatMap(({ values }) => values) };
}
