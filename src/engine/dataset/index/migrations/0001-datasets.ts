/**
 * What is known of datasets from the last time they were looked at, and the user's own edits of them.
 *
 * - Paths are relative to the dataset's root, separated by '/'. Hashes are SHA-256 in hex. Times are milliseconds since
 *   1970, UTC.
 * - `dataset_file` and `image_measures` can be found out again from the files; `image_edit`, `edit_step` and `edit_change`
 *   are the user's work. An edit outlives the file it is of: the file may come back.
 */
export const DATASETS = `
CREATE TABLE dataset (
  id INTEGER PRIMARY KEY,
  root TEXT NOT NULL UNIQUE,
  opened_at INTEGER NOT NULL
) STRICT;

CREATE TABLE dataset_former_root (
  root TEXT PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
  moved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dataset_file (
  dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  modified REAL NOT NULL,
  changed REAL NOT NULL,
  content_hash TEXT,
  problem TEXT,
  PRIMARY KEY (dataset_id, path),
  CHECK ((content_hash IS NULL) <> (problem IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE image_measures (
  content_hash TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  problem TEXT,
  width INTEGER,
  height INTEGER,
  format TEXT,
  channels TEXT CHECK (channels IN ('grey', 'colour', 'cmyk')),
  orientation INTEGER,
  transparent INTEGER CHECK (transparent IN (0, 1)),
  contrast REAL,
  fingerprint BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE image_edit (
  dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  class_name TEXT,
  split TEXT CHECK (split IN ('train', 'validation', 'test')),
  excluded INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  PRIMARY KEY (dataset_id, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE edit_step (
  dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  words TEXT NOT NULL,
  at INTEGER NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
  PRIMARY KEY (dataset_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE edit_change (
  dataset_id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  path TEXT NOT NULL,
  before TEXT CHECK (json_valid(before)),
  after TEXT CHECK (json_valid(after)),
  PRIMARY KEY (dataset_id, sequence, path),
  FOREIGN KEY (dataset_id, sequence) REFERENCES edit_step (dataset_id, sequence) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX edit_change_by_path ON edit_change (dataset_id, path);
`;
