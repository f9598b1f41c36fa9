function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: Readonly<Record<string, unknown>>): unknown {
  return value['kind'];
}

/**
 * One value with what another says put over it: maps key by key, all else as a whole. Maps of different kinds, such as two
 * optimizers, have settings of their own: the other takes the place of the first.
 */
function merged(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over;
  if (kindOf(over) !== undefined && kindOf(over) !== kindOf(under)) return over;
  const all = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    if (value !== undefined) all.set(key, all.has(key) ? merged(all.get(key), value) : value);
  }
  return Object.fromEntries(all);
}

/** A plan with what another says put over it. */
export function mergePlans<Plan extends object>(under: Plan, over: Plan): Plan {
  return merged(under, over) as Plan;
}
