import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RedrawPace } from '../../../../src/renderer/charts/redraw-pace.ts';

/** What a frame takes, in milliseconds; of the clock that the tests turn. */
let frameMilliseconds = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
    callback();
    return 1;
  });
  // Its message comes once the frame is over.
  vi.stubGlobal(
    'MessageChannel',
    class {
      readonly port1 = { onmessage: (): void => undefined, close: (): void => undefined };
      readonly port2 = {
        postMessage: (): void => {
          vi.advanceTimersByTime(frameMilliseconds);
          this.port1.onmessage();
        },
      };
    },
  );
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets a chart grow ten times a second. @returns how often it was drawn in a second */
function grow(pace: RedrawPace, seconds: number): number {
  const draw = vi.fn();
  const started = performance.now();
  while (performance.now() - started < seconds * 1000) {
    pace.request(draw);
    vi.advanceTimersByTime(100);
  }
  return (draw.mock.calls.length * 1000) / (performance.now() - started);
}

test.each([
  { milliseconds: 1, least: 3, most: 4 },
  { milliseconds: 20, least: 0.8, most: 1 },
  { milliseconds: 500, least: 0.4, most: 0.5 },
])('draws $least to $most times a second where a frame takes $milliseconds ms', ({ milliseconds, least, most }) => {
  frameMilliseconds = milliseconds;
  const drawn = grow(new RedrawPace(), 20);
  expect(drawn).toBeGreaterThanOrEqual(least);
  expect(drawn).toBeLessThanOrEqual(most);
});

test('draws the first time at once, and what grew last although nothing follows', () => {
  frameMilliseconds = 10;
  const pace = new RedrawPace();
  const draw = vi.fn();
  pace.request(draw);
  expect(draw).toHaveBeenCalledTimes(1);
  pace.request(draw);
  pace.request(draw);
  expect(draw).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(3000);
  expect(draw).toHaveBeenCalledTimes(2);
});

test('draws all charts that wait in one frame', () => {
  frameMilliseconds = 10;
  const pace = new RedrawPace();
  const [first, second] = [vi.fn(), vi.fn()];
  pace.request(first);
  pace.request(first);
  pace.request(second);
  expect(second).not.toHaveBeenCalled();
  vi.advanceTimersByTime(3000);
  expect(first).toHaveBeenCalledTimes(2);
  expect(second).toHaveBeenCalledTimes(1);
});

test('does not draw a chart that has gone', () => {
  const pace = new RedrawPace();
  const draw = vi.fn();
  pace.request(() => undefined);
  pace.request(draw);
  pace.withdraw(draw);
  vi.advanceTimersByTime(3000);
  expect(draw).not.toHaveBeenCalled();
});
