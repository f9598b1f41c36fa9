import { sameState, type KnownFile } from '../examine-file.ts';

type Files = ReadonlyMap<string, KnownFile>;

/** A content that lies elsewhere now; where it lay, another may lie since. */
interface Moved {
  readonly from: string;
  readonly to: string;
}

/** What became of a dataset's files since they were known. */
export interface FileChanges {
  /** New in their places, or in those of files that were moved away; those that were moved there left out. */
  readonly added: readonly string[];
  /** Of a content that is new in place of one that is nowhere now. */
  readonly changed: readonly string[];
  readonly moved: readonly Moved[];
  /** Gone, or moved upon by others; those that were moved left out. */
  readonly removed: readonly string[];
  /** Of the content as before, though their times are others. */
  readonly touched: readonly string[];
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const sameContent = (left: KnownFile, right: KnownFile): boolean =>
  left.contentHash === right.contentHash && left.problem === right.problem;

/** Pairs contents that went with contents that came; of several, those of one name first. */
function movesOf(known: Files, found: Files, gone: readonly string[], added: readonly string[]): Moved[] {
  if (gone.length === 0 || added.length === 0) return [];
  const moves: Moved[] = [];
  const pair = (
    key: (path: string, file: KnownFile) => string,
    from: readonly string[],
    to: readonly string[],
  ): void => {
    const came = Map.groupBy(to, (path) => {
      const file = found.get(path);
      return file?.contentHash ? key(path, file) : null;
    });
    for (const path of from) {
      const file = known.get(path);
      const place = file?.contentHash ? came.get(key(path, file))?.shift() : undefined;
      if (place !== undefined) moves.push({ from: path, to: place });
    }
  };
  pair((path, { contentHash }) => `${contentHash ?? ''}/${baseName(path)}`, gone, added);
  const [from, to] = [new Set(moves.map((move) => move.from)), new Set(moves.map((move) => move.to))];
  const isLeft = (done: ReadonlySet<string>) => (path: string) => !done.has(path);
  pair((_, { contentHash }) => contentHash ?? '', gone.filter(isLeft(from)), added.filter(isLeft(to)));
  return moves;
}

/**
 * @param known by path, what was there
 * @param found by path, what is there
 * @param gone paths of `known` where nothing is any more
 */
export function compareFiles(known: Files, found: Files, gone: readonly string[]): FileChanges {
  const [added, changed, touched]: [string[], string[], string[]] = [[], [], []];
  for (const [path, file] of found) {
    const before = known.get(path);
    if (before === file) continue;
    if (!before) added.push(path);
    else if (!sameContent(before, file)) changed.push(path);
    else if (!sameState(before.state, file.state)) touched.push(path);
  }
  // Where files change places, as when names are numbers and one of them went, each place stays and its content went and came.
  const moved = movesOf(known, found, [...gone, ...changed], [...added, ...changed]);
  const [from, to] = [new Set(moved.map((move) => move.from)), new Set(moved.map((move) => move.to))];
  return {
    added: [...added, ...changed.filter((path) => from.has(path))].filter((path) => !to.has(path)),
    changed: changed.filter((path) => !from.has(path) && !to.has(path)),
    moved,
    removed: [...gone, ...changed.filter((path) => to.has(path))].filter((path) => !from.has(path)),
    touched,
  };
}
