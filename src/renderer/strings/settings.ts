/** Words of the Settings view and of About. */
export const settings = {
  title: 'Settings',
  theme: 'Appearance',
  themes: { system: 'System', dark: 'Dark', light: 'Light' },
} as const;
