/**
 * The exponential moving average that TensorBoard draws: started at zero and divided by the weight it has gathered, so
 * that the first points are not drawn towards zero. Values that are no number are passed over and stay where they are.
 *
 * @param weight of what came before, in [0, 1); 0 changes nothing
 */
export function smooth(values: readonly number[], weight: number): number[] {
  if (weight === 0) return [...values];
  let average = 0;
  let gathered = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = average * weight + value * (1 - weight);
    gathered *= weight;
    return average / (1 - gathered);
  });
}
