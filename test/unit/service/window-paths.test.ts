import path from 'node:path';
import type { z } from 'zod';
import type { $ZodTypes } from 'zod/v4/core';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { windowTransport } from '../../../src/engine/service/window-transport.ts';
import { endpoints, type EndpointName } from '../../../src/shared/contract/endpoint.ts';
import { ThawError } from '../../../src/shared/errors/thaw-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PATH = '/etc/passwd';

/** Texts of requests that are no path, by their field; a field that is not named here is taken for one. */
const NO_PATHS = new Set(
  `addTags base before boundary by class classes className collection columns datasetId device grantId group groupPattern
  imageId imageIds input key label layer mapping name network note output pattern predicted query removeTags reuse runId
  runIds split tag taskId tensor text version`.split(/\s+/),
);
/** Paths that lie within something that was granted, and are held to it. */
const WITHIN = new Set([
  // Below the folder of a collection, which the engine makes.
  'files.upload path',
]);

const KINDS = `string number boolean literal enum union array tuple object record nullable optional default custom unknown`;
type Kind = 'string' | 'number' | 'boolean' | 'literal' | 'enum' | 'union' | 'array' | 'tuple' | 'object' | 'record';
type OtherKind = 'nullable' | 'optional' | 'default' | 'custom' | 'unknown';
type Known = Extract<$ZodTypes, { readonly _zod: { readonly def: { readonly type: Kind | OtherKind } } }>;

function definitionOf(schema: z.core.$ZodType): Known['_zod']['def'] {
  const { def } = (schema as Known)._zod;
  if (KINDS.split(' ').includes(def.type)) return def;
  throw new TypeError(`A request holds a '${def.type}', which this test does not know how to look into.`);
}

/** Values of all kinds of a schema, shortest first: what a field that is not looked at is given. */
function anyOf(schema: z.core.$ZodType): unknown {
  const def = definitionOf(schema);
  switch (def.type) {
    case 'string':
      return ['x', 'cpu', '#000000', 'a.b'].find((text) => (schema as z.ZodType).safeParse(text).success) ?? 'x';
    case 'number':
      return [0, 1, 2, 16, 0.5].find((value) => (schema as z.ZodType).safeParse(value).success) ?? 0;
    case 'boolean':
      return false;
    case 'literal':
      return def.values[0];
    case 'enum':
      return Object.values(def.entries)[0];
    case 'union':
      return def.options.map(anyOf).find((value) => (schema as z.ZodType).safeParse(value).success);
    case 'array':
      return [[], [anyOf(def.element)], [anyOf(def.element), anyOf(def.element)]].find(
        (value) => (schema as z.ZodType).safeParse(value).success,
      );
    case 'tuple':
      return def.items.map(anyOf);
    case 'object':
      return Object.fromEntries(
        Object.entries(def.shape)
          .filter(([, field]) => !(field as z.ZodType).safeParse(undefined).success)
          .map(([key, field]) => [key, anyOf(field)]),
      );
    case 'record':
      return {};
    case 'nullable':
      return null;
    case 'custom':
      return new Uint8Array(1);
    case 'optional':
    case 'default':
    case 'unknown':
      return undefined;
  }
}

/** Every value of a schema in which one text may be a path, and is. @param field the name of what the schema is of */
function* withPaths(schema: z.core.$ZodType, endpoint: string, field = ''): Generator<unknown, void> {
  const def = definitionOf(schema);
  switch (def.type) {
    case 'string': {
      const isNone = NO_PATHS.has(field) || WITHIN.has(`${endpoint} ${field}`);
      if (!isNone && (schema as z.ZodType).safeParse(PATH).success) yield PATH;
      return;
    }
    case 'object':
      for (const [key, own] of Object.entries(def.shape)) {
        // Of a table of labels, which lies within its dataset's folder, the name and those of its columns.
        if ((key === 'file' && 'columns' in def.shape) || field === 'columns') continue;
        for (const value of withPaths(own, endpoint, key)) yield { ...(anyOf(schema) as object), [key]: value };
      }
      return;
    case 'array':
      for (const value of withPaths(def.element, endpoint, field)) {
        yield [[value], [anyOf(def.element), value]].find((own) => (schema as z.ZodType).safeParse(own).success) ?? [];
      }
      return;
    case 'tuple':
      for (const [place, item] of def.items.entries()) {
        for (const value of withPaths(item, endpoint, field)) yield def.items.map(anyOf).with(place, value);
      }
      return;
    case 'union':
      for (const option of def.options) yield* withPaths(option, endpoint, field);
      return;
    case 'record':
      for (const value of withPaths(def.valueType, endpoint, field)) yield { x: value };
      return;
    case 'optional':
    case 'nullable':
    case 'default':
      yield* withPaths(def.innerType, endpoint, field);
      return;
    case 'number':
    case 'boolean':
    case 'literal':
    case 'enum':
    case 'custom':
      return;
    case 'unknown':
      // A draft of a plan, which is held to the schema of plans field by field.
      if (endpoint === 'plan.preview') return;
      throw new TypeError(`${endpoint} takes anything as ${field}, which may be a path.`);
  }
}

const names = Object.keys(endpoints) as EndpointName[];
const requests = names.map((name) => [name, [...withPaths(endpoints[name].request, name)]] as const);

const home = temporaryFolder();
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());
const window = windowTransport(service);

describe('a window', () => {
  it.each(requests.filter(([, own]) => own.length > 0))(
    'may name a path nowhere in a request of %s',
    async (name, own) => {
      for (const request of own) {
        const asked = endpoints[name].request.safeParse(request);
        expect(asked.error?.issues ?? [], JSON.stringify(request)).toEqual([]);
        const refused = await window.invoke(name, request as never).then(
          () => 'nothing',
          (error: unknown) => (error instanceof ThawError ? error.code : error),
        );
        expect(refused, JSON.stringify(request)).toBe('file.notGranted');
      }
    },
  );

  it('is held to it by the requests that have paths', () => {
    const held = requests.filter(([, own]) => own.length > 0).map(([name]) => name);
    expect(held).toEqual(expect.arrayContaining(['dataset.labelMistakes', 'predictions.average', 'evaluations.run']));
    expect(held.length).toBeGreaterThan(30);
  });
});
