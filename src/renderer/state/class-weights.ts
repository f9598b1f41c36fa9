import { classWeights } from '../../shared/contract/plan.ts';
import { readFigure, type Typed } from './number-field.ts';

/** Weights as they were typed, by class name; a class that is not there counts 1. */
export type TypedWeights = Readonly<Record<string, string>>;

/** A list of more is searched, not read. */
export const MOST_CLASSES_SHOWN = 100;

const [, given] = classWeights.options;
const weightSchema = given.shape.weights.valueType;

export function readClassWeight(typed: string): Typed {
  return readFigure(weightSchema, typed);
}

/** The plan's field that a class's weight stands at. */
export const weightPath = (name: string): string => `classWeights.weights.${name}`;
export const isWeightPath = (field: string): boolean => field.startsWith(weightPath(''));

/** The weights of these classes: what was typed for another dataset's is kept in the form and means nothing here. */
export function weightsOf(typed: TypedWeights, classes: readonly string[]): TypedWeights {
  return Object.fromEntries(classes.flatMap((name) => (Object.hasOwn(typed, name) ? [[name, typed[name] ?? '']] : [])));
}

/** Whether any weight cannot be read. */
export function hasWrongWeight(typed: TypedWeights): boolean {
  return Object.values(typed).some((text) => readClassWeight(text).kind === 'wrong');
}

/** What of a list of classes is shown: those whose name has the words in it, as many as can be read. */
export function classesShown<Class extends { readonly name: string }>(
  classes: readonly Class[],
  words: string,
): { readonly shown: readonly Class[]; readonly leftOut: number } {
  const wanted = words.trim().toLocaleLowerCase();
  const fitting = wanted === '' ? classes : classes.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const shown = fitting.slice(0, MOST_CLASSES_SHOWN);
  return { shown, leftOut: fitting.length - shown.length };
}
