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
  const pick = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
  return { name, unit, gate, aim, median: pick(0.5), low: pick(0.25), high: pick(0.75), runs: values.length };
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
