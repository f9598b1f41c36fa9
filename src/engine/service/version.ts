import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The version of Thaw, from its package.json. */
export function thawVersion(): string {
  const file = path.join(import.meta.dirname, '../../../package.json');
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const version = typeof content === 'object' && content !== null && 'version' in content ? content.version : null;
  if (typeof version !== 'string') throw new TypeError(`${file} must name a version.`);
  return version;
}
