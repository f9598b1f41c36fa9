/**
 * What may be wrong with a dataset. `leaks`: images of one content in several splits. `conflicts`: of one content in several
 * classes. `duplicates`: of one content in one class and split. `nearLeaks` and
 * `nearDuplicates`: not of one content, but showing the same, resized, compressed again or turned round. `corrupt`: files that are images and do not decode.
 * `uniform`: of hardly more than one colour. `tiny`, `elongated`: of a size that a network sees little of. `transparent`:
 * laid over white. `channels`: grey images among coloured ones, or the other way round. `imbalance`: the images of the
 * smallest class.
 */
export const FINDINGS = [
  'leaks',
  'conflicts',
  'nearLeaks',
  'corrupt',
  'duplicates',
  'nearDuplicates',
  'uniform',
  'tiny',
  'elongated',
  'channels',
  'transparent',
  'imbalance',
] as const;

/** What `dataset.mend` can leave out or put right. */
export const MENDABLE = [
  'leaks',
  'conflicts',
  'nearLeaks',
  'corrupt',
  'duplicates',
  'nearDuplicates',
] as const satisfies readonly (typeof FINDINGS)[number][];
