import { expect, it } from 'vitest';
import { z } from 'zod';
import { planFileSchema } from '../../../src/engine/plan-file/plan-schema.ts';
import { startRequest } from '../../../src/shared/contract/begin-run.ts';

const object = z.object({ properties: z.record(z.string(), z.unknown()), additionalProperties: z.literal(false) });

it('has a schema for editors, of one plan and of several, with every key of a plan and no other', () => {
  const { anyOf, $schema } = z
    .object({ anyOf: z.tuple([object, object]), $schema: z.string() })
    .parse(planFileSchema());
  expect($schema).toBe('https://json-schema.org/draft/2020-12/schema');
  const [one, several] = anyOf;
  const keys = Object.keys(startRequest.shape).sort();
  expect(Object.keys(one.properties).sort()).toEqual(keys);
  expect(Object.keys(several.properties).sort()).toEqual(['group', 'plan', 'runs']);
  const runs = z.object({ items: object }).parse(several.properties['runs']);
  expect(Object.keys(runs.items.properties).sort()).toEqual([...keys.filter((key) => key !== 'group'), 'name'].sort());
});

it('takes the short forms beside the full ones', () => {
  const { anyOf } = z.object({ anyOf: z.tuple([object, object]) }).parse(planFileSchema());
  const { optimizer, dataset } = anyOf[0].properties;
  const either = z.object({ anyOf: z.array(z.record(z.string(), z.unknown())) });
  expect(either.parse(optimizer).anyOf[0]).toMatchObject({
    enum: ['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad', 'adadelta'],
  });
  expect(either.parse(dataset).anyOf[0]).toMatchObject({ type: 'string' });
});
