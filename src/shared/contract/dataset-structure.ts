import { z } from 'zod';

/** The name of a column in a manifest. */
const column = z.string().min(1).max(200);

/** The columns of a manifest that a person names; null where one is recognised by its name. */
export const manifestColumns = z.strictObject({
  path: column.nullable(),
  label: column.nullable(),
  split: column.nullable(),
});
export type ManifestColumns = z.infer<typeof manifestColumns>;

/**
 * How a folder says what its images are. `classFolders`: a folder for each class. `splitFolders`: folders such as train, val
 * and test with a folder for each class in each. `namedFiles`: the class stands in each file's name, where `pattern` has
 * `{class}`; `*` stands for any characters, `#` for a number, and the ending is left out. `manifest`: a CSV or JSON-lines
 * file, named relative to the folder, whose columns are recognised where none are named. `idx`: images and labels in files as MNIST's. `unlabelled`: images without classes.
 */
export const datasetStructure = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('classFolders') }),
  z.strictObject({ kind: z.literal('splitFolders') }),
  z.strictObject({ kind: z.literal('namedFiles'), pattern: z.string().min(1).max(200) }),
  z.strictObject({
    kind: z.literal('manifest'),
    file: z.string().min(1).max(1024),
    columns: manifestColumns.optional(),
  }),
  z.strictObject({ kind: z.literal('idx') }),
  z.strictObject({ kind: z.literal('unlabelled') }),
]);
export type DatasetStructure = z.infer<typeof datasetStructure>;

/** The structure that a dataset was opened with. */
export const openedStructure = z.strictObject({
  structure: datasetStructure,
  /** False where it was asked for. */
  recognised: z.boolean(),
  /** For people, one sentence. */
  words: z.string(),
  /** Others that the same folder would open with. */
  alternatives: z.array(datasetStructure),
  /** What a person should know though the dataset opened, each a sentence. */
  notes: z.array(z.string()),
});
export type OpenedStructure = z.infer<typeof openedStructure>;
