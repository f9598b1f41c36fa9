import { ThawError } from '../../shared/errors/thaw-error.ts';

/** As deep as a dataset is read. */
const MOST_FOLDERS = 16;
/** Of one name, in bytes: the least that the usual file systems allow. */
const LONGEST_NAME = 255;

/** Names that Windows keeps for devices, whatever comes after a dot. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

function problemOf(part: string): string | null {
  if (part === '') return 'it has an empty name in it';
  if (part === '.' || part === '..') return `'${part}' is no name`;
  if (/[\u0000-\u001f\u007f]/.test(part)) return 'it has control characters in it';
  if (part.includes('\\')) return "its folders are not separated by '/'";
  if (/[ .]$/.test(part)) return `'${part}' ends in a dot or a space`;
  if (RESERVED.test(part)) return `'${part}' is a name that some systems keep for devices`;
  if (Buffer.byteLength(part) > LONGEST_NAME) return `a name in it has more than ${LONGEST_NAME} bytes`;
  // Half a surrogate pair has no UTF-8: another name would be written than was sent.
  return part.isWellFormed() ? null : 'a name in it is no Unicode text';
}

/**
 * Takes the relative path of an uploaded file apart.
 *
 * @returns its folders and its name; none of them leads anywhere else
 * @throws ThawError `usage.invalid` for a path that is absolute, climbs, or would mean something else on another system
 */
export function uploadPath(given: string): readonly string[] {
  const parts = given.split('/');
  const problem =
    (given.startsWith('/') || /^[a-z]:/i.test(given) ? 'it is absolute' : null) ??
    (parts.length > MOST_FOLDERS ? `it is more than ${MOST_FOLDERS} names long` : null) ??
    parts.map(problemOf).find((found) => found !== null);
  if (problem === undefined) return parts;
  throw new ThawError(
    'usage.invalid',
    `An uploaded file has a plain relative path; received ${JSON.stringify(given.slice(0, 200))}: ${problem}.`,
    'Rename the file or its folder, then choose it again.',
  );
}
