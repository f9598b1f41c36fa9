import type { DatasetEdits, ImageEdit } from '../../shared/contract/dataset-edits.ts';
import { printable } from './format.ts';
import { table } from './table.ts';

function decided({ className, split, excluded, tags = [] }: ImageEdit): string {
  const parts = [
    excluded === true ? 'excluded' : '',
    className === undefined ? '' : `class ${printable(className)}`,
    split === undefined ? '' : `kept in ${split}`,
    tags.length === 0 ? '' : `tagged ${tags.map(printable).join(', ')}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** What was decided of a folder's images, one a line. */
export function editLines({ root, summary, edits }: DatasetEdits): string[] {
  return [
    `${printable(root)}: ${summary.words ?? 'nothing was decided of its images'}`,
    ...table(edits.map((edit) => [`  ${printable(edit.path)}`, decided(edit)])),
    ...(summary.undo === null ? [] : [`\`thaw dataset undo\` would take back: ${printable(summary.undo)}`]),
    ...(summary.redo === null ? [] : [`\`thaw dataset redo\` would make again: ${printable(summary.redo)}`]),
  ];
}
