import type { RateSearch, RateSuggestion, TriedRate } from '../../../shared/contract/finders.ts';

/** Averages of fewer losses are no curve: the first share of the points is not looked at. */
const SETTLING_SHARE = 0.1;
const FEWEST_POINTS = 10;
/** A loss that falls by less than this share has not fallen. */
const FALL = 0.05;

/** As exact as a search is. */
function toSuggest(rate: number): number {
  return Number(rate.toPrecision(2));
}

/**
 * The longest falling subsequence of the losses: places in order, each with a smaller loss than the one before. Of several
 * as long, the one that ends first.
 *
 * @returns its places
 */
export function longestFall(losses: readonly number[]): readonly number[] {
  const lengths = losses.map(() => 1);
  const before = losses.map(() => -1);
  let end = 0;
  losses.forEach((loss, place) => {
    for (let earlier = 0; earlier < place; earlier++) {
      const length = (lengths[earlier] ?? 0) + 1;
      if ((losses[earlier] ?? NaN) > loss && length > (lengths[place] ?? 0)) {
        lengths[place] = length;
        before[place] = earlier;
      }
    }
    if ((lengths[place] ?? 0) > (lengths[end] ?? 0)) end = place;
  });
  const places: number[] = [];
  for (let place = losses.length > 0 ? end : -1; place >= 0; place = before[place] ?? -1) places.unshift(place);
  return places;
}

/** The place where losses fall fastest from one rate to the next, on a logarithmic scale; between neighbours on both sides. */
function steepest(points: readonly TriedRate[], until: number): number | null {
  let place: number | null = null;
  let slope = 0;
  for (let index = 1; index < points.length - 1 && index <= until; index++) {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (!before || !after) continue;
    const own = (after.smoothed - before.smoothed) / Math.log(after.rate / before.rate);
    if (own < slope) [place, slope] = [index, own];
  }
  return place;
}

/** A rate or a loss: 0.0123, 5.1e-6. */
export function inWords(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded > 0 && rounded < 1e-3 ? rounded.toExponential().replace('e+', 'e') : rounded.toString();
}

/**
 * Reads rates off the curve of a search, from its smoothed losses. The rules are those of fastai's learning-rate finder
 * (Howard and Gugger, arXiv:2002.04688); the middle of the longest fall is named first, for it depends least on noise.
 */
export function suggestRates({
  points,
  end,
}: Pick<RateSearch, 'points' | 'end'>): Pick<RateSearch, 'suggestions' | 'doubt'> {
  const settled = points.slice(Math.floor(SETTLING_SHARE * points.length));
  const [first] = settled;
  if (!first || settled.length < FEWEST_POINTS) {
    const doubt = `The loss could be followed over ${points.length} rates only, too few to read one off: begin at a lower rate.`;
    return { suggestions: [], doubt };
  }
  const losses = settled.map(({ smoothed }) => smoothed);
  const lowest = losses.indexOf(Math.min(...losses));
  const least = settled[lowest] ?? first;
  const highest = Math.max(...losses.slice(0, lowest + 1));
  if (least.smoothed > (1 - FALL) * highest) {
    const range = `from ${inWords(first.rate)} to ${inWords(settled.at(-1)?.rate ?? NaN)}`;
    const why =
      end === 'rates'
        ? 'what the plan thaws has little left to learn, or the rates are too low'
        : 'begin at a lower rate, or take larger batches';
    return { suggestions: [], doubt: `At no rate ${range} did the loss fall by ${100 * FALL} %: ${why}.` };
  }
  const suggestions: RateSuggestion[] = [];
  const fall = longestFall(losses);
  const at = (share: number): TriedRate | undefined => settled[fall[Math.round(share * (fall.length - 1))] ?? -1];
  const [from, middle, to] = [at(0), at(0.5), at(1)];
  if (from && middle && to) {
    // As many steps of the fall lie below as above: it may begin with a point of the plain before it.
    const why = `The middle of the longest fall, which goes from ${inWords(from.rate)} to ${inWords(to.rate)}.`;
    suggestions.push({ rule: 'valley', rate: toSuggest(middle.rate), why });
  }
  const fastest = steepest(settled, lowest);
  const fastestPoint = fastest === null ? undefined : settled[fastest];
  if (fastestPoint) {
    const why = `Where the loss falls fastest, at ${inWords(fastestPoint.smoothed)}.`;
    suggestions.push({ rule: 'steepest', rate: toSuggest(fastestPoint.rate), why });
  }
  const why = `A tenth of ${inWords(least.rate)}, where the loss is least, at ${inWords(least.smoothed)}.`;
  suggestions.push({ rule: 'leastTenth', rate: toSuggest(least.rate / 10), why });
  const isOpen = end === 'rates' && lowest === losses.length - 1;
  const doubt = isOpen ? 'The loss was still falling at the highest rate: higher ones may be better.' : null;
  return { suggestions, doubt };
}
