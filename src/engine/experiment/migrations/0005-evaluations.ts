/**
 * Evaluations of any checkpoint, on any split or folder, beside those that a run keeps of its best one at its end.
 *
 * - `own` are those that the run kept itself, of which there is one a split; the others were asked for.
 * - `dataset` is the source of a folder that is none of the run's splits, as JSON; `split` is then `folder-` and the beginning
 *   of a hash of it. NULL for a split of the run's own dataset.
 * - `told` is what was left out and what is to be known before the figures are believed, as JSON; NULL where nobody looked.
 */
export const EVALUATIONS = `
ALTER TABLE evaluation ADD COLUMN own INTEGER NOT NULL DEFAULT 1 CHECK (own IN (0, 1));
ALTER TABLE evaluation ADD COLUMN dataset TEXT CHECK (dataset IS NULL OR json_valid(dataset));
ALTER TABLE evaluation ADD COLUMN told TEXT CHECK (told IS NULL OR json_valid(told));
`;
