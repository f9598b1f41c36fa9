const liveEveryMilliseconds = 100;
const lineEveryMilliseconds = 5000;

/** @param {number} bytes */
export const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * One line about a transfer: `node.tgz: 21 of 53 MB (40 %), 5.2 MB/s, 6 s left`.
 *
 * @param {{ name: string, done: number, total: number | null, bytesPerSecond: number }} state
 */
export function progressLine({ name, done, total, bytesPerSecond }) {
  const rate = bytesPerSecond > 0 ? `, ${megabytes(bytesPerSecond)} MB/s` : '';
  if (total === null || total <= 0) return `${name}: ${megabytes(done)} MB${rate}`;
  const share = Math.floor((100 * done) / total);
  const left = bytesPerSecond > 0 && done < total ? `, ${duration((total - done) / bytesPerSecond)} left` : '';
  return `${name}: ${megabytes(done)} of ${megabytes(total)} MB (${share} %)${rate}${left}`;
}

/**
 * Shows a transfer on stderr: one live line on a terminal, elsewhere a line every few seconds.
 *
 * @param {string} name
 * @param {{ done: number, total: number | null }} start `done` bytes are here from an earlier try
 * @param {NodeJS.WriteStream} [out]
 */
export function showProgress(name, start, out = process.stderr) {
  const began = performance.now();
  let shownAt = -Infinity;
  let done = start.done;
  /** @param {boolean} last */
  const show = (last) => {
    const now = performance.now();
    if (!last && now - shownAt < (out.isTTY ? liveEveryMilliseconds : lineEveryMilliseconds)) return;
    shownAt = now;
    const seconds = (now - began) / 1000;
    const bytesPerSecond = seconds > 0.2 ? (done - start.done) / seconds : 0;
    const line = progressLine({ name, done, total: start.total, bytesPerSecond });
    // Erase to the end of the line: the line before may have been longer.
    out.write(out.isTTY ? `\r${line.slice(0, (out.columns || 80) - 1)}\u001b[K${last ? '\n' : ''}` : `${line}\n`);
  };
  show(false);
  return {
    /** @param {number} bytes */
    add(bytes) {
      done += bytes;
      show(false);
    },
    end() {
      show(true);
    },
  };
}
