import { describe, expect, it } from 'vitest';
import {
  drawTo,
  extentOf,
  fitted,
  isInside,
  moved,
  nearestTo,
  nextToward,
  onScreen,
  revealing,
  withinOutline,
  zoomed,
} from '../../../../src/renderer/state/map-geometry.ts';

const size = { width: 888, height: 488 };
const places = (...values: number[]) => Float32Array.from(values);
const corners = (text: string) =>
  text.split(' ').map((pair) => {
    const [x = 0, y = 0] = pair.split(',').map(Number);
    return { x, y };
  });

describe('how a map is looked at', () => {
  it.each([
    { title: 'a wide one', coordinates: places(0, 0.4, 1, 0.6), scale: 800 },
    { title: 'a tall one', coordinates: places(0.4, 0, 0.6, 1), scale: 400 },
    { title: 'one place', coordinates: places(0.5, 0.5), scale: 4 * 888 },
    { title: 'nothing', coordinates: places(), scale: 4 * 888 },
  ])('shows all of $title, in the middle', ({ coordinates, scale }) => {
    const extent = extentOf(coordinates);
    const view = fitted(size, extent);
    expect(view.scale).toBeCloseTo(scale, 3);
    const middle = {
      x: view.left + (extent.left + extent.width / 2) * view.scale,
      y: view.top + (extent.top + extent.height / 2) * view.scale,
    };
    expect([middle.x, middle.y]).toEqual([expect.closeTo(444, 3), expect.closeTo(244, 3)]);
  });

  it('stays where it is pointed at when it becomes larger, within bounds', () => {
    const fit = fitted(size, { left: 0, top: 0, width: 1, height: 1 });
    const coordinates = places(0.25, 0.75);
    const at = onScreen(fit, coordinates, 0);
    const nearer = zoomed(fit, 3, at, fit);
    expect(nearer.scale).toBeCloseTo(fit.scale * 3, 6);
    const stays = onScreen(nearer, coordinates, 0);
    expect(stays.x).toBeCloseTo(at.x, 6);
    expect(stays.y).toBeCloseTo(at.y, 6);
    expect(zoomed(fit, 1e9, at, fit).scale).toBeCloseTo(fit.scale * 200, 3);
    expect(zoomed(fit, 1e-9, at, fit).scale).toBeCloseTo(fit.scale / 2, 6);
  });

  it.each([
    { title: 'in sight', x: 400, y: 200, by: [0, 0] },
    { title: 'to the left', x: -6, y: 200, by: [50, 0] },
    { title: 'below, to the right', x: 900, y: 500, by: [-56, -56] },
  ])('is moved as little as brings an image into sight that lies $title', ({ x, y, by: [across = 0, down = 0] }) => {
    const view = { scale: 100, left: 10, top: 20 };
    expect(revealing(view, { x, y }, size)).toEqual(moved(view, across, down));
  });
});

describe('the images of a map', () => {
  const view = { scale: 100, left: 0, top: 0 };
  const coordinates = places(0.1, 0.1, 0.5, 0.1, 0.5, 0.5, 0.9, 0.2);

  it.each([
    { title: 'the nearest', at: { x: 48, y: 13 }, reach: 14, found: 1 },
    { title: 'none where none is near', at: { x: 30, y: 30 }, reach: 14, found: null },
    { title: 'the nearest of several within reach', at: { x: 50, y: 35 }, reach: 40, found: 2 },
  ])('are pointed at: $title', ({ at, reach, found }) => {
    expect(nearestTo(view, coordinates, at, reach)).toBe(found);
  });

  it.each([
    { from: 0, arrow: 'ArrowRight', found: 1 },
    { from: 1, arrow: 'ArrowRight', found: 3 },
    { from: 1, arrow: 'ArrowDown', found: 2 },
    { from: 2, arrow: 'ArrowUp', found: 1 },
    { from: 3, arrow: 'ArrowLeft', found: 1 },
    { from: 0, arrow: 'ArrowUp', found: null },
    { from: 0, arrow: 'Enter', found: null },
  ])('are gone to from $from by $arrow', ({ from, arrow, found }) => {
    expect(nextToward(coordinates, from, arrow)).toBe(found);
  });

  it.each([
    { title: 'a rectangle', outline: '0,0 60,0 60,20 0,20', found: [0, 1] },
    { title: 'a hook that leaves one out', outline: '0,0 100,0 100,60 40,60 40,40 95,40 95,5 0,15', found: [0, 2] },
    { title: 'a bow that crosses itself', outline: '0,20 100,100 100,20 0,100', found: [] },
    { title: 'a line', outline: '0,0 100,100', found: [] },
    { title: 'nothing', outline: '', found: [] },
  ])('are drawn around: $title', ({ outline, found }) => {
    const drawn = outline === '' ? [] : corners(outline);
    expect(withinOutline(view, coordinates, drawn)).toEqual(found);
  });

  it('lie inside of a star where its points are, not in the part that it goes around twice', () => {
    const star = corners('50,0 80,90 5,35 95,35 20,90');
    expect(isInside(star, { x: 50, y: 15 })).toBe(true);
    expect(isInside(star, { x: 50, y: 50 })).toBe(false);
    expect(isInside(star, { x: 5, y: 5 })).toBe(false);
  });

  it('are drawn around without corners that are hardly apart', () => {
    const outline = corners('0,0');
    for (const at of corners('1,1 2,2 3,0 4,1 30,30')) drawTo(outline, at);
    expect(outline).toEqual(corners('0,0 3,0 30,30'));
  });

  it('are drawn around by an outline that never has too many corners, and still goes around', () => {
    const outline: ReturnType<typeof corners> = [];
    const turn = (step: number) => (step / 5000) * 2 * Math.PI;
    for (let step = 0; step < 5000; step += 1)
      drawTo(outline, { x: 5000 + 4000 * Math.cos(turn(step)), y: 5000 + 4000 * Math.sin(turn(step)) });
    expect(outline.length).toBeLessThanOrEqual(1000);
    expect(isInside(outline, { x: 8500, y: 5000 })).toBe(true);
    expect(isInside(outline, { x: 9100, y: 5000 })).toBe(false);
  });
});
