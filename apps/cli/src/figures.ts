const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** As people read numbers. */
export function whole(number: number): string {
  return number.toLocaleString('en-US');
}

/** Of a file. */
export function size(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 'B';
  // What would be rounded to a thousand has the next unit.
  while (value >= 999.5 && units.length > 0) {
    value /= 1_000;
    unit = units.shift() ?? unit;
  }
  return `${value < 9.95 && unit !== 'B' ? value.toFixed(1) : String(Math.round(value))} ${unit}`;
}

/** How long something takes, no more precise than it is of use. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / SECOND));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(milliseconds / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor((minutes * MINUTE) / HOUR);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.round(milliseconds / DAY);
  return days === 1 ? 'a day' : `${days} days`;
}

/** To the minute, as the clock on the wall shows it. */
export function clock(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = [String(date.getFullYear()), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** How long it is until then; empty when it is over. */
export function until(date: Date, now: number): string {
  const left = date.getTime() - now;
  return left > 0 ? `in ${duration(left)}` : '';
}

/** A list as people call it. */
export function listTitle(name: string): string {
  return name.replace(/^playlist:/, 'playlist ').replaceAll('_', ' ');
}
