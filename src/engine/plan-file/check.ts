import type { z } from 'zod';
import { describeIssue } from '../../shared/errors/describe-issue.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { closest } from '../network/closest.ts';
import type { PlanDocument } from './document.ts';
import { keysAt, kindsAt } from './known-keys.ts';

/** More are not read by anybody. */
const MOST_TOLD = 10;
const HINT = 'Mend the file; `thaw train --plan-schema` prints what a plan may say.';

/** A part of a file, as it is understood, and where it stands. */
export interface Part {
  readonly document: PlanDocument;
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
}

function keyWords(schema: z.ZodType, { value }: Part, path: readonly PropertyKey[], key: string): string {
  const known = keysAt(schema, value, path);
  const near = closest(key, known);
  const whose = path.length === 0 ? 'a plan' : `'${path.map(String).join('.')}'`;
  if (near.length > 0) {
    return `'${key}' is no key of ${whose}; did you mean ${near.map((name) => `'${name}'`).join(' or ')}?`;
  }
  return `'${key}' is no key of ${whose}, which has ${known.join(', ')}.`;
}

function problemsOf(schema: z.ZodType, part: Part, issue: z.core.$ZodIssue): readonly string[] {
  const { document, path, value } = part;
  const at = [...path, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${document.name}, line ${document.lineOfKey(at, key)}: ${keyWords(schema, part, issue.path, key)}`,
    );
  }
  const name = issue.path.length === 0 ? 'a plan' : `'${issue.path.map(String).join('.')}'`;
  const where = `${document.name}, line ${document.lineOf(at)}: ${name}`;
  const of = issue.path.at(-1) === 'kind' ? issue.path.slice(0, -1) : issue.path;
  const kinds = issue.code === 'invalid_union' ? kindsAt(schema, value, of) : [];
  if (kinds.length > 0 && issue.path.at(-1) === 'kind') return [`${where} must be one of ${kinds.join(', ')}.`];
  if (kinds.length > 0) return [`${where} must be a map whose kind is one of ${kinds.join(', ')}.`];
  return [`${where} ${describeIssue(value, issue)}.`];
}

/**
 * A part of a file as a schema has it.
 *
 * @throws ThawError `usage.invalid` for each key that is unknown and each value that is wrong, with its line
 */
export function checked<Schema extends z.ZodType>(schema: Schema, part: Part): z.infer<Schema> {
  const found = schema.safeParse(part.value);
  if (found.success) return found.data;
  const problems = found.error.issues.flatMap((issue) => problemsOf(schema, part, issue));
  const left = problems.length - MOST_TOLD;
  const told = [...problems.slice(0, MOST_TOLD), ...(left > 0 ? [`${left} more like these.`] : [])];
  throw new ThawError('usage.invalid', told.join(' '), HINT);
}
