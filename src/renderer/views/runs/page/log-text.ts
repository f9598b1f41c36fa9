import type { RunLine } from '../../../../shared/contract/run-lines.ts';
import { runPage } from '../../../strings/run-page.ts';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Local time to the second: `23:10:05`. @param milliseconds since 1970, UTC */
export function timeOfDay(milliseconds: number): string {
  return clock.format(milliseconds);
}

/** Log lines as text, to be copied: the time in UTC, since who reads it may be elsewhere. */
export function logText(lines: readonly RunLine[]): string {
  return lines
    .map(({ time, level, text }) => `${new Date(time).toISOString()}  ${runPage.log.ofLevel[level]}  ${text}`)
    .join('\n');
}
