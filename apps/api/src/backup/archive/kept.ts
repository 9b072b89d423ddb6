/** So many omissions of a backup are told one by one. */
const MOST_OMISSIONS = 1_000;
const LONGEST_TEXT = 2_000;

/** A text of a file as a database can keep it, and of a length that can be shown. */
export function keptText(text: string): string {
  return kept(text.slice(0, LONGEST_TEXT));
}

/** What is told of a file, as JSON that a database can keep: a folder may come from another hand. */
export function keptJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? kept(part) : part));
}

function kept(text: string): string {
  return text.replaceAll('\u0000', '').replaceAll(/[\ud800-\udfff]/gu, '\ufffd');
}

/** The omissions that are kept beside a backup: each time backups are listed all of them are read. */
export function keptOmissions<Omission extends { what: string; reason: string; isPassing: boolean }>(
  omissions: readonly Omission[],
): (Omission | { what: string; reason: string; remedy: null; isPassing: boolean })[] {
  const isMuch = omissions.length > MOST_OMISSIONS;
  // One less, so that what is kept comes through here again as it is.
  const first = isMuch ? omissions.slice(0, MOST_OMISSIONS - 1) : omissions;
  const told = first.map((omission) => ({
    ...omission,
    what: keptText(omission.what),
    reason: keptText(omission.reason),
  }));
  if (!isMuch) return told;
  const more = omissions.length - told.length;
  const rest = { what: `and ${more} more`, reason: 'The manifest of the backup names them.', remedy: null };
  return [...told, { ...rest, isPassing: omissions.slice(told.length).some(({ isPassing }) => isPassing) }];
}
