/**
 * Which of these stand in a longest row that only rises. All others are the fewest that have to move so that all do.
 * Of equal values it takes one at most.
 */
export function longestIncreasing(values: readonly number[]): Uint8Array {
  /** At n: where the row of n + 1 values with the lowest end ends. */
  const ends = new Int32Array(values.length);
  const before = new Int32Array(values.length);
  let length = 0;
  for (const [at, value] of values.entries()) {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (valueAt(values, ends[middle]) < value) low = middle + 1;
      else high = middle;
    }
    before[at] = low === 0 ? -1 : (ends[low - 1] ?? -1);
    ends[low] = at;
    if (low === length) length += 1;
  }
  const isIn = new Uint8Array(values.length);
  for (let at = length === 0 ? -1 : (ends[length - 1] ?? -1); at !== -1; at = before[at] ?? -1) isIn[at] = 1;
  return isIn;
}

function valueAt(values: readonly number[], at: number | undefined): number {
  return values[at ?? -1] ?? Number.NEGATIVE_INFINITY;
}
