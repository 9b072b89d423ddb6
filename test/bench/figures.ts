/** One row of the table. */
export interface Figure {
  name: string;
  unit: string;
  /** What it must reach at least, in words; empty for a figure that only explains another. */
  gate: string;
  aim: string;
  min: number;
  median: number;
  max: number;
}

/** @param values one per run */
export function figure(name: string, unit: string, gate: string, aim: string, values: readonly number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const pick = (index: number): number => sorted[index] ?? Number.NaN;
  const median = pick(Math.floor(sorted.length / 2));
  return { name, unit, gate, aim, min: pick(0), median, max: pick(sorted.length - 1) };
}

export function tableOf(figures: readonly Figure[]): string {
  const show = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
  const rows = figures.map(
    ({ name, unit, gate, aim, min, median, max }) =>
      `| ${name} | ${unit} | ${show(median)} | ${show(min)} to ${show(max)} | ${gate} | ${aim} |`,
  );
  return ['| figure | unit | median | range | at least | aim |', '|---|---|---|---|---|---|', ...rows].join('\n');
}
