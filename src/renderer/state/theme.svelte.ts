import { MediaQuery } from 'svelte/reactivity';
import type { SettingsController } from './settings.svelte.ts';

/** Keeps the page in the theme that was chosen, or in the system's. Called while a component is set up. */
export function keepTheme(settings: SettingsController): void {
  const light = new MediaQuery('(prefers-color-scheme: light)');
  $effect(() => {
    const system = light.current ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = settings.theme === 'system' ? system : settings.theme;
  });
}
