/** Brings what has just been opened into sight, as far as it is not; at once for whoever wants no motion. */
export function reveal(element: HTMLElement): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block: 'nearest', behavior: still ? 'auto' : 'smooth' });
}
