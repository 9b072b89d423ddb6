/** One row of the table. */
export interface Figure {
  name: string;
  unit: string;
  /** What it must reach at least, in words; empty for a figure that only explains another. */
  gate: string;
  aim: string;
  median: number;
  /** The middle half of the runs lies between these: what lies beyond tells of the machine. */
  low: number;
  high: number;
  runs: number;
}

/** @param values one per run */
export function figure(name: string, unit: string, gate: string, aim: string, values: readonly number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.length - 1;
  const pick = (place: number): number => sorted[place] ?? Number.NaN;
  // Of few runs all of them: then it is the worst that tells most.
  const [low, high] = [pick(Math.floor(last / 4)), pick(Math.ceil((last * 3) / 4))];
  return { name, unit, gate, aim, median: pick(Math.floor(last / 2)), low, high, runs: values.length };
}

export function tableOf(figures: readonly Figure[]): string {
  const show = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
  const rows = figures.map(
    ({ name, unit, gate, aim, low, median, high, runs }) =>
      `| ${name} | ${unit} | ${show(median)} | ${show(low)} to ${show(high)} | ${runs} | ${gate} | ${aim} |`,
  );
  return [
    '| figure | unit | median | middle half | runs | at least | aim |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
