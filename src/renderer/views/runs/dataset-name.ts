/** A dataset by its folder's name, as people call it; the log keeps the whole path. */
export function datasetName(dataset: string): string {
  return (
    dataset
      .split(/[/\\]/)
      .filter((part) => part !== '')
      .at(-1) ?? dataset
  );
}
