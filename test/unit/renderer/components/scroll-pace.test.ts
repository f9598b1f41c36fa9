import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ScrollPace } from '../../../../src/renderer/components/scroll-pace.ts';

const VIEWPORT = 800;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A list, and what its pace told so far. */
function list(): { readonly told: boolean[]; readonly scroll: (pixels: number, times: number, every: number) => void } {
  const told: boolean[] = [];
  const pace = new ScrollPace((racing) => told.push(racing));
  let top = 0;
  return {
    told,
    scroll: (pixels, times, every) => {
      for (let time = 0; time < times; time += 1) {
        vi.advanceTimersByTime(every);
        pace.moved((top += pixels), VIEWPORT, performance.now());
      }
    },
  };
}

test.each([
  { what: 'a wheel turned at leisure', pixels: 20, times: 100, every: 16 },
  { what: 'a wheel without smooth scrolling', pixels: 120, times: 20, every: 60 },
  { what: 'pages turned one by one', pixels: VIEWPORT, times: 10, every: 400 },
  { what: 'one turned page that glides', pixels: VIEWPORT / 10, times: 10, every: 16 },
  { what: 'one leap to the end', pixels: 100_000, times: 1, every: 1000 },
])('draws everything during $what', ({ pixels, times, every }) => {
  const { told, scroll } = list();
  scroll(pixels, times, every);
  expect(told).toEqual([]);
});

test.each([
  { what: 'a dragged scroll bar', pixels: 500, times: 20, every: 16 },
  { what: 'a page key held down', pixels: VIEWPORT, times: 20, every: 33 },
  { what: 'a backward race', pixels: -500, times: 20, every: 16 },
  { what: 'a race in frames that come late', pixels: 180, times: 40, every: 90 },
])('sees $what as racing, once, until it rests', ({ pixels, times, every }) => {
  const { told, scroll } = list();
  scroll(0, 1, 16);
  scroll(pixels, times, every);
  expect(told).toEqual([true]);
  vi.advanceTimersByTime(200);
  expect(told).toEqual([true, false]);
});

test('ends a race that slows down, although the list still moves', () => {
  const { told, scroll } = list();
  scroll(0, 1, 16);
  scroll(500, 20, 16);
  scroll(5, 20, 16);
  expect(told).toEqual([true, false]);
});
