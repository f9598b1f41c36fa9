const day = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** Local date and time to the minute: `2026-11-23 23:10`. @param milliseconds since 1970, UTC */
export function moment(milliseconds: number): string {
  return `${day.format(milliseconds)} ${time.format(milliseconds)}`;
}
