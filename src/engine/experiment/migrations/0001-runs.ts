/**
 * Runs and all that one leaves behind. Words follow MLflow's (run, parameter, metric with key, step and time).
 *
 * - Child rows point to `run.number`, a small integer: a metric point then takes about 30 bytes.
 * - Layers and tensor names repeat from run to run and are kept once.
 * - Times are milliseconds since 1970, UTC. A value that is not a number is NULL.
 */
export const RUNS = `
CREATE TABLE run (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  status TEXT NOT NULL
    CHECK (status IN ('queued', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted')),
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  parent INTEGER REFERENCES run (number) ON DELETE SET NULL,

  plan TEXT NOT NULL CHECK (json_valid(plan)),
  plan_schema INTEGER NOT NULL,
  network TEXT NOT NULL,
  strategy TEXT NOT NULL,
  dataset TEXT NOT NULL,
  epochs INTEGER NOT NULL,

  owner_pid INTEGER NOT NULL,
  owner_start TEXT NOT NULL,
  owner_host TEXT NOT NULL,
  owner_boot TEXT NOT NULL,
  heartbeat_at INTEGER NOT NULL,

  epochs_done INTEGER NOT NULL DEFAULT 0,
  best_epoch INTEGER,
  best_val_accuracy REAL,
  final_val_accuracy REAL,
  test_accuracy REAL,
  parameters_trainable INTEGER,
  parameters_frozen INTEGER,
  frozen_unchanged INTEGER CHECK (frozen_unchanged IN (0, 1)),
  frozen_tensors INTEGER,
  images_per_second REAL,
  peak_memory_bytes INTEGER,

  error_code TEXT,
  error_message TEXT,
  error_hint TEXT
) STRICT;
CREATE INDEX run_by_creation ON run (created_at DESC, number DESC);
CREATE INDEX run_by_status ON run (status, created_at DESC);
CREATE INDEX run_by_network ON run (network, created_at DESC);
CREATE INDEX run_by_accuracy ON run (best_val_accuracy DESC);

CREATE TABLE run_parameter (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value ANY,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_parameter_by_value ON run_parameter (key, value, run);

CREATE TABLE run_environment (
  run INTEGER PRIMARY KEY REFERENCES run (number) ON DELETE CASCADE,
  thaw TEXT NOT NULL,
  node TEXT NOT NULL,
  tensorflow TEXT NOT NULL,
  tensorflow_origin TEXT NOT NULL,
  device TEXT NOT NULL,
  cpu TEXT NOT NULL,
  cores INTEGER NOT NULL,
  os TEXT NOT NULL
) STRICT;

CREATE TABLE run_timing (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  phase TEXT NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (run, phase)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_dataset (
  run INTEGER PRIMARY KEY REFERENCES run (number) ON DELETE CASCADE,
  root TEXT NOT NULL,
  version TEXT NOT NULL,
  train INTEGER NOT NULL,
  validation INTEGER NOT NULL,
  test INTEGER NOT NULL
) STRICT;
CREATE INDEX run_dataset_by_version ON run_dataset (version);

CREATE TABLE run_class (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE skipped_image (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  path TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE layer (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  block TEXT NOT NULL,
  output_shape TEXT NOT NULL,
  parameters INTEGER NOT NULL,
  UNIQUE (name, kind, block, output_shape, parameters)
) STRICT;

CREATE TABLE layer_state (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  stage INTEGER NOT NULL,
  position INTEGER NOT NULL,
  layer INTEGER NOT NULL REFERENCES layer (number),
  state TEXT NOT NULL,
  PRIMARY KEY (run, stage, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX layer_state_by_layer ON layer_state (layer, state, run);

CREATE TABLE tensor (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE load_report (
  run INTEGER PRIMARY KEY REFERENCES run (number) ON DELETE CASCADE,
  source TEXT NOT NULL,
  format TEXT NOT NULL,
  sha256 TEXT NOT NULL
) STRICT;
CREATE INDEX load_report_by_file ON load_report (sha256);

CREATE TABLE load_report_tensor (
  run INTEGER NOT NULL REFERENCES load_report (run) ON DELETE CASCADE,
  outcome TEXT NOT NULL
    CHECK (outcome IN ('loaded', 'skippedByShape', 'missing', 'newlyInitialised', 'unexpected')),
  position INTEGER NOT NULL,
  tensor INTEGER NOT NULL REFERENCES tensor (number),
  expected_shape TEXT,
  found_shape TEXT,
  PRIMARY KEY (run, outcome, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE frozen_proof (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  tensor INTEGER NOT NULL REFERENCES tensor (number),
  before BLOB NOT NULL,
  after BLOB NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_key (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE step_metric (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  key INTEGER NOT NULL REFERENCES metric_key (number),
  step INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  value REAL,
  time INTEGER NOT NULL,
  PRIMARY KEY (run, key, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE epoch_metric (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  key INTEGER NOT NULL REFERENCES metric_key (number),
  epoch INTEGER NOT NULL,
  value REAL,
  time INTEGER NOT NULL,
  PRIMARY KEY (run, key, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('last', 'best')),
  epoch INTEGER NOT NULL,
  step INTEGER NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  written_at INTEGER NOT NULL,
  PRIMARY KEY (run, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_line (
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  time INTEGER NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('information', 'warning', 'error', 'trainer')),
  text TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE trainer_lock (
  place INTEGER PRIMARY KEY CHECK (place = 1),
  run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,
  owner_pid INTEGER NOT NULL,
  owner_start TEXT NOT NULL,
  owner_host TEXT NOT NULL,
  owner_boot TEXT NOT NULL,
  trainer_pid INTEGER,
  trainer_start TEXT,
  taken_at INTEGER NOT NULL
) STRICT;
`;
