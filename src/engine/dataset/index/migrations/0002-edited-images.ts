/**
 * Which image each path meant when something was decided of it: `image_edit` and `edit_change` name images by path, and
 * another image may lie there since.
 *
 * - `content_hash` is that of the image decided upon; null where that is not known.
 * - `copies` is a list in JSON: the paths of copies that came after it was decided upon, by none of which it was meant then.
 * - A path that begins with '/' is of an image that is not there while another one has its place.
 */
export const EDITED_IMAGES = `
CREATE TABLE edited_image (
  dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  content_hash TEXT,
  copies TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(copies)),
  PRIMARY KEY (dataset_id, path)
) STRICT, WITHOUT ROWID;

INSERT INTO edited_image (dataset_id, path, content_hash)
SELECT edited.dataset_id, edited.path, file.content_hash
FROM (
  SELECT dataset_id, path FROM image_edit UNION SELECT dataset_id, path FROM edit_change
) AS edited
LEFT JOIN dataset_file AS file ON file.dataset_id = edited.dataset_id AND file.path = edited.path;
`;
