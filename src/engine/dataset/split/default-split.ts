/** What holds where nobody chose: the split that a window shows is the one that training takes. */
export const DEFAULT_SPLIT = { validationShare: 0.2, seed: 42 } as const;
