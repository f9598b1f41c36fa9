/** A piece of the third-party notices, as it is shown. */
export type NoticeBlock =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'row'; readonly cells: readonly string[] };

/** Marks of Markdown that stand for a look: emphasis, code, and links, of which the words stay. */
const plain = (text: string): string => text.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replace(/`|\*\*/g, '');

function tableRow(line: string): NoticeBlock | null {
  const cells = line
    .slice(1, -1)
    .split('|')
    .map((cell) => plain(cell).trim());
  return cells.every((cell) => /^:?-+:?$/.test(cell)) ? null : { kind: 'row', cells };
}

/**
 * Takes the page of notices apart: headings, paragraphs and rows of tables, the only things of Markdown it is written in.
 *
 * @param markdown `THIRD-PARTY-NOTICES.md`
 */
export function noticeBlocks(markdown: string): readonly NoticeBlock[] {
  const blocks: NoticeBlock[] = [];
  let paragraph: string[] = [];
  const close = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'text', text: plain(paragraph.join(' ')) });
    paragraph = [];
  };
  for (const line of markdown.split('\n').map((written) => written.trim())) {
    if (line !== '' && !line.startsWith('#') && !line.startsWith('|')) {
      paragraph.push(line);
      continue;
    }
    close();
    if (line.startsWith('#')) blocks.push({ kind: 'heading', text: plain(line.replace(/^#+ */, '')) });
    const row = line.startsWith('|') ? tableRow(line) : null;
    if (row !== null) blocks.push(row);
  }
  close();
  return blocks;
}
