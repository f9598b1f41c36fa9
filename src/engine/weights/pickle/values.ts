/** A Python dictionary; keys are compared as JavaScript compares them. */
export class PickleDictionary {
  readonly entries = new Map<unknown, unknown>();
}

/** Stands for every Python set: nothing here looks into one. */
export const PICKLE_SET = Symbol('set');

/** An object of a class that only holds attributes. */
export class PickleRecord {
  readonly attributes = new PickleDictionary();
}

/** A class or function of Python that a pickle may name. */
export class PickleGlobal {
  readonly name: string;
  /** What stands for a call of it; null for what is only named. */
  readonly build: ((parameters: readonly unknown[]) => unknown) | null;

  constructor(name: string, build: PickleGlobal['build'] = null) {
    this.name = name;
    this.build = build;
  }
}

const LONGEST_SHOWN = 40;

/** A value for a message: a list from a file may nest or share so much that its text has no end, so only its kind is told. */
export function shownValue(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return value.slice(0, LONGEST_SHOWN);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return String(value).slice(0, LONGEST_SHOWN);
  }
  return Array.isArray(value) ? 'a list' : typeof value;
}

/** The bytes are no pickle, a damaged one, or one that asks for what is not done; the caller knows the file and says so. */
export class MalformedPickle extends Error {}

/** A pickle names a class or function that is not on the caller's list. Nothing of it was run. */
export class RefusedGlobal extends Error {
  readonly global: string;

  constructor(global: string) {
    super(`it names '${global}'`);
    this.global = global;
  }
}
