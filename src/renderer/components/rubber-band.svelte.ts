import type { Rectangle } from './grid-geometry.ts';

/** Pixels that a pointer moves before a press is the beginning of a rectangle. */
const THRESHOLD = 5;
/** So near an edge, or beyond it, the list is scrolled: the further the faster. */
const EDGE = 32;
const PIXELS_A_FRAME = 0.4;

/** A rectangle drawn over a scrolled element by dragging; near its upper and lower edge the element scrolls. */
export class RubberBand {
  /** In pixels of what is scrolled; null while none is drawn. */
  drawn = $state.raw<Rectangle | null>(null);
  /** Whether the press that a click ends drew one, so that the click means nothing more. */
  drewLast = false;
  readonly #element: () => HTMLElement | undefined;
  readonly #onDraw: (rectangle: Rectangle, toggle: boolean) => void;
  readonly #onDrawn: () => void;
  #stop: (() => void) | null = null;

  constructor(
    element: () => HTMLElement | undefined,
    onDraw: (rectangle: Rectangle, toggle: boolean) => void,
    onDrawn: () => void,
  ) {
    this.#element = element;
    this.#onDraw = onDraw;
    this.#onDrawn = onDrawn;
  }

  /** A press that may become one; a finger scrolls instead. */
  begin(event: PointerEvent): void {
    const element = this.#element();
    this.end();
    this.drewLast = false;
    if (element === undefined || event.button !== 0 || event.pointerType === 'touch') return;
    // The scroll bar is no part of what is drawn on.
    if (event.clientX > element.getBoundingClientRect().left + element.clientWidth) return;
    const begun = inside(element, event.clientX, event.clientY);
    let { clientX, clientY } = event;
    let toggle = false;
    let frame = 0;
    const draw = (): void => {
      const now = inside(element, clientX, clientY);
      if (this.drawn === null && Math.hypot(now.x - begun.x, now.y - begun.y) < THRESHOLD) return;
      this.drewLast = true;
      this.drawn = {
        left: Math.min(begun.x, now.x),
        top: Math.min(begun.y, now.y),
        right: Math.max(begun.x, now.x),
        bottom: Math.max(begun.y, now.y),
      };
      this.#onDraw(this.drawn, toggle);
    };
    const scroll = (): void => {
      frame = requestAnimationFrame(scroll);
      if (this.drawn === null) return;
      const { top, bottom } = element.getBoundingClientRect();
      const beyond = Math.min(0, clientY - top - EDGE) + Math.max(0, clientY - bottom + EDGE);
      if (beyond === 0) return;
      const before = element.scrollTop;
      element.scrollTop += Math.sign(beyond) * Math.ceil(Math.abs(beyond) * PIXELS_A_FRAME);
      if (element.scrollTop !== before) draw();
    };
    const moved = (move: PointerEvent): void => {
      ({ clientX, clientY } = move);
      toggle = move.ctrlKey || move.metaKey || move.shiftKey;
      draw();
    };
    const stop = (): void => this.end();
    const listening = new AbortController();
    const { signal } = listening;
    window.addEventListener('pointermove', moved, { signal });
    window.addEventListener('pointerup', stop, { signal });
    window.addEventListener('pointercancel', stop, { signal });
    window.addEventListener('blur', stop, { signal });
    frame = requestAnimationFrame(scroll);
    this.#stop = () => {
      listening.abort();
      cancelAnimationFrame(frame);
    };
  }

  end(): void {
    this.#stop?.();
    this.#stop = null;
    if (this.drawn === null) return;
    this.drawn = null;
    // The click that ends it comes in this turn still.
    setTimeout(() => (this.drewLast = false));
    this.#onDrawn();
  }
}

/** A point of the window as one of what the element scrolls, within it. */
function inside(element: HTMLElement, clientX: number, clientY: number): { x: number; y: number } {
  const { left, top } = element.getBoundingClientRect();
  const x = clientX - left;
  const y = clientY - top + element.scrollTop;
  return {
    x: Math.max(0, Math.min(element.clientWidth, x)),
    y: Math.max(0, Math.min(element.scrollHeight, y)),
  };
}
