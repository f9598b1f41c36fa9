import { styleText } from 'node:util';

const STYLES = { good: 'green', bad: 'red', quiet: 'dim', strong: 'bold', ice: 'cyan' } as const;

/** Colours text where the stream is a terminal or FORCE_COLOR is set; NO_COLOR wins over both (no-color.org). */
export function emphasis(text: string, style: keyof typeof STYLES, stream: NodeJS.WriteStream): string {
  const { NO_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return text;
  return styleText(STYLES[style], text, { stream });
}
