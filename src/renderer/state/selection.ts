/**
 * Images that are selected, by their ids: some, or all that pass the filter but a few. All of 100,000 images are selected
 * without one of them being known.
 */
export type Selection =
  | { readonly kind: 'some'; readonly ids: ReadonlySet<string> }
  | { readonly kind: 'all'; readonly except: ReadonlySet<string> };

export const NOTHING: Selection = { kind: 'some', ids: new Set() };
export const ALL: Selection = { kind: 'all', except: new Set() };

export function only(ids: Iterable<string>): Selection {
  return { kind: 'some', ids: new Set(ids) };
}

export function isSelected(selection: Selection, id: string): boolean {
  return selection.kind === 'some' ? selection.ids.has(id) : !selection.except.has(id);
}

/** @param total images that pass the filter */
export function countSelected(selection: Selection, total: number): number {
  return selection.kind === 'some' ? selection.ids.size : Math.max(0, total - selection.except.size);
}

export function withImages(selection: Selection, ids: Iterable<string>): Selection {
  if (selection.kind === 'some') return only([...selection.ids, ...ids]);
  const except = new Set(selection.except);
  for (const id of ids) except.delete(id);
  return { kind: 'all', except };
}

/** Each of them the other way round. */
export function toggled(selection: Selection, ids: Iterable<string>): Selection {
  const listed = new Set(selection.kind === 'some' ? selection.ids : selection.except);
  for (const id of ids) if (!listed.delete(id)) listed.add(id);
  return selection.kind === 'some' ? { kind: 'some', ids: listed } : { kind: 'all', except: listed };
}
