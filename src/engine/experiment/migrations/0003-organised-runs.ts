/**
 * Runs are organised by people (note, tags, star, archive, trash, groups, saved filters), may wait for their turn, come from
 * one another in several ways, and keep what they made of the images that they were evaluated on.
 *
 * - `run_metric` says of each metric by epoch what is asked for most, so that runs are sorted and found by any of them
 *   without a walk through their points: its value at the run's best epoch, the last, the least and the greatest.
 * - `run.revision` says when a run was last changed in what lists show, by a count that every process shares and no clock
 *   can turn back; `log_revision` is where it stands.
 * - A run that waits for its turn is `queued` and has a `queue_position`; one that an engine has begun has none.
 */
export const ORGANISED_RUNS = `
CREATE TABLE run_group (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  sweep TEXT CHECK (sweep IS NULL OR json_valid(sweep))
) STRICT;

ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN starred INTEGER NOT NULL DEFAULT 0 CHECK (starred IN (0, 1));
ALTER TABLE run ADD COLUMN archived_at INTEGER;
ALTER TABLE run ADD COLUMN trashed_at INTEGER;
ALTER TABLE run ADD COLUMN run_group INTEGER REFERENCES run_group (number) ON DELETE SET NULL;
ALTER TABLE run ADD COLUMN queue_position REAL;
ALTER TABLE run ADD COLUMN parent_relation TEXT
  CHECK (parent_relation IN ('weights', 'continued', 'branched', 'repeated', 'imported'));
ALTER TABLE run ADD COLUMN parent_step INTEGER;
UPDATE run SET parent_relation = 'weights' WHERE parent IS NOT NULL;
CREATE INDEX run_by_group ON run (run_group, created_at DESC) WHERE run_group IS NOT NULL;
CREATE INDEX run_by_parent ON run (parent) WHERE parent IS NOT NULL;
CREATE INDEX run_by_queue ON run (queue_position) WHERE queue_position IS NOT NULL;

CREATE TABLE run_tag (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_tag_by_tag ON run_tag (tag, run);

CREATE TABLE run_metric (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  key INTEGER NOT NULL REFERENCES metric_key (number),
  at_best REAL,
  last REAL,
  least REAL,
  greatest REAL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_metric_by_value ON run_metric (key, at_best, run);
INSERT INTO run_metric (run, key, at_best, last, least, greatest)
SELECT metric.run, metric.key, max(CASE WHEN metric.epoch = run.best_epoch THEN metric.value END),
  (SELECT value FROM epoch_metric AS late WHERE late.run = metric.run AND late.key = metric.key
   ORDER BY late.epoch DESC LIMIT 1),
  min(metric.value), max(metric.value)
FROM epoch_metric AS metric JOIN run ON run.number = metric.run GROUP BY metric.run, metric.key;

CREATE INDEX layer_state_trainable ON layer_state (run, layer) WHERE state = 'trainable';

CREATE TABLE saved_filter (
  name TEXT PRIMARY KEY,
  query TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation (
  number INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  split TEXT NOT NULL,
  step INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  images INTEGER NOT NULL,
  accuracy REAL,
  loss REAL,
  path TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (run, split, step)
) STRICT;

CREATE TABLE confusion (
  evaluation INTEGER NOT NULL REFERENCES evaluation (number) ON DELETE CASCADE,
  label INTEGER NOT NULL,
  predicted INTEGER NOT NULL,
  images INTEGER NOT NULL,
  PRIMARY KEY (evaluation, label, predicted)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_export (
  number INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  format TEXT NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX run_export_by_run ON run_export (run);

CREATE TABLE log_revision (
  place INTEGER PRIMARY KEY CHECK (place = 1),
  value INTEGER NOT NULL
) STRICT;
INSERT INTO log_revision (place, value) VALUES (1, 0);
ALTER TABLE run ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE INDEX run_by_revision ON run (revision);
CREATE TRIGGER run_inserted AFTER INSERT ON run BEGIN
  UPDATE log_revision SET value = value + 1;
  UPDATE run SET revision = (SELECT value FROM log_revision) WHERE number = NEW.number;
END;
CREATE TRIGGER run_updated AFTER UPDATE OF name, status, started_at, ended_at, parent, epochs_done, best_epoch,
  best_val_accuracy, test_accuracy, note, starred, archived_at, trashed_at, run_group, queue_position ON run BEGIN
  UPDATE log_revision SET value = value + 1;
  UPDATE run SET revision = (SELECT value FROM log_revision) WHERE number = NEW.number;
END;
CREATE TRIGGER run_deleted AFTER DELETE ON run BEGIN
  UPDATE log_revision SET value = value + 1;
END;
CREATE TRIGGER run_tagged AFTER INSERT ON run_tag BEGIN
  UPDATE log_revision SET value = value + 1;
  UPDATE run SET revision = (SELECT value FROM log_revision) WHERE number = NEW.run;
END;
CREATE TRIGGER run_untagged AFTER DELETE ON run_tag BEGIN
  UPDATE log_revision SET value = value + 1;
  UPDATE run SET revision = (SELECT value FROM log_revision) WHERE number = OLD.run;
END;
`;
