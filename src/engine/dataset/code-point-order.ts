/** Above every code unit that is no surrogate: a pair stands for a code point beyond U+FFFF. */
const beyond = 0x10000;

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + beyond : unit;
}

/**
 * Compares by Unicode code point, as Python's `sorted` does, so that labels agree with other tools' on the same folders;
 * JavaScript's own order differs where a name has characters beyond U+FFFF.
 */
export function codePointOrder(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let position = 0; position < length; position += 1) {
    const [first, second] = [left.charCodeAt(position), right.charCodeAt(position)];
    if (first !== second) return rank(first) - rank(second);
  }
  return left.length - right.length;
}
