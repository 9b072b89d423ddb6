const ISRC = /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/;

/** As everybody writes it who looks for it: upper case, without hyphens and blanks. Null for what is none. */
export function normalIsrc(text: string | null): string | null {
  const isrc = text?.replaceAll(/[\s-]/g, '').toUpperCase() ?? '';
  return ISRC.test(isrc) ? isrc : null;
}
