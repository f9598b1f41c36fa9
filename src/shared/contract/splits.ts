export const SPLITS = ['train', 'validation', 'test'] as const;
