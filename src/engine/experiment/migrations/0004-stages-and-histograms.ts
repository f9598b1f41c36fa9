/**
 * Runs have stages, each with a freeze mask of its own (`layer_state` and `frozen_proof` count them from 0), and tell how
 * the values of their head are spread.
 *
 * - `run_stage` says when each stage began and which of its epochs was the best; what it was to do stands in the plan.
 * - `histogram` counts the values of a tensor, or of the logits, at a step: `counts` are 32-bit integers, little-endian, of
 *   equal parts of the way from `low` to `high`.
 * - `finder_lock` is held by whoever tries steps that belong to no run, at a place where a trainer could be at work.
 * - `baseline` is what the validation gave before the first step, as JSON; NULL where nobody asked.
 */
export const STAGES_AND_HISTOGRAMS = `
CREATE TABLE run_stage (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  stage INTEGER NOT NULL,
  name TEXT NOT NULL,
  first_epoch INTEGER NOT NULL,
  last_epoch INTEGER,
  best_epoch INTEGER,
  parameters_trainable INTEGER NOT NULL,
  parameters_frozen INTEGER NOT NULL,
  ending TEXT CHECK (ending IS NULL OR ending IN ('finished', 'stoppedEarly', 'stopped')),
  PRIMARY KEY (run, stage)
) STRICT, WITHOUT ROWID;

CREATE TABLE histogram (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  tensor INTEGER NOT NULL REFERENCES tensor (number),
  step INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  low REAL NOT NULL,
  high REAL NOT NULL,
  counts BLOB NOT NULL,
  PRIMARY KEY (run, tensor, step)
) STRICT, WITHOUT ROWID;

UPDATE layer_state SET stage = 0;
ALTER TABLE frozen_proof ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;

CREATE TABLE finder_lock (
  place INTEGER PRIMARY KEY CHECK (place = 1),
  doing TEXT NOT NULL,
  owner_pid INTEGER NOT NULL,
  owner_start TEXT NOT NULL,
  owner_host TEXT NOT NULL,
  owner_boot TEXT NOT NULL,
  taken_at INTEGER NOT NULL
) STRICT;

ALTER TABLE run ADD COLUMN baseline TEXT CHECK (baseline IS NULL OR json_valid(baseline));
`;
