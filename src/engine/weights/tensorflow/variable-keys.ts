import { parts, textOf, type GraphNode } from './graph-nodes.ts';
import type { FlatGraph } from './inline-functions.ts';

/** The texts of a constant. */
function textsOf(node: GraphNode | undefined): readonly string[] {
  const tensor = parts(node?.attributes.get('value') ?? new Uint8Array(0)).get(8)?.[0];
  return (parts(tensor ?? new Uint8Array(0)).get(8) ?? []).map(textOf);
}

const ASSIGNS: ReadonlySet<string> = new Set(['Assign', 'AssignVariableOp']);

/**
 * The key under which a SavedModel's checkpoint has each variable, by the node that stands for it: what restores them is a
 * part of the graph, and is only looked at.
 */
export function variableKeys({ nodes, resolve }: FlatGraph): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  /** One constant names what a whole checkpoint restores. */
  const known = new Map<string, readonly string[]>();
  const namesOf = (constant: string): readonly string[] => {
    const names = known.get(constant) ?? textsOf(nodes.get(constant));
    known.set(constant, names);
    return names;
  };
  for (const { op, inputs } of nodes.values()) {
    const [variable, value] = inputs;
    if (!ASSIGNS.has(op) || variable === undefined || value === undefined) continue;
    let [source = '', output = '0'] = resolve(value).split(':');
    if (nodes.get(source)?.op === 'Identity')
      [source = '', output = '0'] = resolve(nodes.get(source)?.inputs[0] ?? '').split(':');
    const restored = nodes.get(source);
    if (restored?.op !== 'RestoreV2') continue;
    const names = namesOf(resolve(restored.inputs[1] ?? ''));
    const key = names[Number(output)];
    if (key !== undefined) keys.set(resolve(variable), key);
  }
  return keys;
}
