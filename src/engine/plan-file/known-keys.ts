import { z } from 'zod';

/** A schema without what makes it optional, nullable or defaulted. */
function bare(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return bare(schema.unwrap());
  }
  return schema;
}

/** The objects that a schema may mean. */
function objectsOf(schema: unknown): readonly z.ZodObject[] {
  const found = bare(schema);
  if (found instanceof z.ZodObject) return [found];
  return found instanceof z.ZodUnion ? found.options.flatMap(objectsOf) : [];
}

/** The kind that an object of a union is of. */
function kindOf({ shape }: z.ZodObject): string | null {
  const kind: unknown = shape['kind'];
  return kind instanceof z.ZodLiteral ? String(kind.value) : null;
}

function within(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** Those of the value's kind, or all where it is of none. */
function meant(objects: readonly z.ZodObject[], value: unknown): readonly z.ZodObject[] {
  const ofKind = objects.filter((object) => kindOf(object) !== null && kindOf(object) === within(value, 'kind'));
  return ofKind.length > 0 ? ofKind : objects;
}

function children(schema: unknown, key: PropertyKey, value: unknown): readonly unknown[] {
  const found = bare(schema);
  if (found instanceof z.ZodArray) return [found.element];
  if (found instanceof z.ZodRecord) return [found.valueType];
  return meant(objectsOf(found), value).flatMap(({ shape }) => {
    const at: unknown = shape[String(key)];
    return at === undefined ? [] : [at];
  });
}

function objectsAt(
  schema: z.ZodType,
  value: unknown,
  path: readonly PropertyKey[],
): { readonly objects: readonly z.ZodObject[]; readonly here: unknown } {
  let schemas: readonly unknown[] = [schema];
  let here = value;
  for (const key of path) {
    const around = here;
    schemas = schemas.flatMap((one) => children(one, key, around));
    here = within(here, key);
  }
  return { objects: schemas.flatMap(objectsOf), here };
}

/** The keys that a schema has at a path of a value: of a union those of the value's kind. */
export function keysAt(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  const { objects, here } = objectsAt(schema, value, path);
  return [...new Set(meant(objects, here).flatMap(({ shape }) => Object.keys(shape)))];
}

/** The kinds that a schema tells apart at a path of a value. */
export function kindsAt(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  return objectsAt(schema, value, path).objects.flatMap((object) => kindOf(object) ?? []);
}
