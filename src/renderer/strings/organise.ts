/** Words for what people make of a run: its name, star, tags and note. */
export const organise = {
  name: 'Name of the run',
  rename: 'Rename this run',
  star: 'Star this run',
  unstar: 'Take the star from this run',
  tags: 'Tags',
  addTag: 'Add a tag',
  newTag: 'New tag',
  removeTag: (tag: string) => `Remove the tag ${tag}`,
  note: 'Note',
  addNote: 'Add a note',
  editNote: 'Edit the note',
  keepNote: 'Keep the note',
  notePlaceholder: 'What was tried, what was seen, what to try next',
  noteKeys: 'Ctrl+Enter keeps it, Escape does not.',
  cancel: 'Cancel',
} as const;
