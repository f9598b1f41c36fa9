import { styleText } from 'node:util';

const STYLES = { good: 'green', bad: 'red', quiet: 'dim', strong: 'bold', ice: 'cyan' } as const;

/** Colours text where the stream is a terminal; NO_COLOR and FORCE_COLOR are respected. */
export function emphasis(text: string, style: keyof typeof STYLES, stream: NodeJS.WriteStream): string {
  return styleText(STYLES[style], text, { stream });
}
