/** So many letters may be wrong, and no more than a third of them. */
const MOST_SLIPS = 3;

/** What somebody may have meant. Null when nothing is like it. */
export function nearest(word: string, known: readonly string[]): string | null {
  const [best] = known
    .map((candidate) => ({ candidate, slips: isBeginning(word, candidate) ? 1 : distance(word, candidate) }))
    .filter(({ candidate, slips }) => slips <= Math.min(MOST_SLIPS, Math.ceil(candidate.length / 3)))
    .sort((a, b) => a.slips - b.slips);
  return best?.candidate ?? null;
}

/** Ends a sentence that something is unknown. */
export function didYouMean(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess === null ? '' : ` Did you mean ${guess}?`;
}

function isBeginning(word: string, of: string): boolean {
  return word.length > 2 && of.startsWith(word);
}

/** How many letters have to be put in, taken out, changed or swapped with the next. */
function distance(one: string, other: string): number {
  // Nothing of ours is as long.
  if (one.length > 64) return Number.POSITIVE_INFINITY;
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const cell = (up: number, left: number): number =>
        (up === 0 ? current : rows[row - up])?.[column - left] ?? Number.POSITIVE_INFINITY;
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current.push(
        Math.min(
          cell(1, 0) + 1,
          cell(0, 1) + 1,
          cell(1, 1) + (isSame ? 0 : 1),
          isSwapped ? cell(2, 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    rows.push(current);
  }
  return rows[one.length]?.[other.length] ?? Number.POSITIVE_INFINITY;
}
