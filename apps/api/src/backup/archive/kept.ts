/** So many omissions of a backup are told one by one. */
const MOST_OMISSIONS = 1_000;
const LONGEST_TEXT = 2_000;

/** A text of a file as a database can keep it, and of a length that can be shown. */
export function keptText(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .replaceAll('\u0000', '')
    .replaceAll(/[\ud800-\udfff]/gu, '\ufffd');
}

/** The omissions that are kept beside a backup: each time backups are listed all of them are read. */
export function keptOmissions<Omission extends { what: string; reason: string }>(
  omissions: readonly Omission[],
): (Omission | { what: string; reason: string; remedy: null })[] {
  const isMuch = omissions.length > MOST_OMISSIONS;
  // One less, so that what is kept comes through here again as it is.
  const kept = isMuch ? omissions.slice(0, MOST_OMISSIONS - 1) : omissions;
  const told = kept.map((omission) => ({
    ...omission,
    what: keptText(omission.what),
    reason: keptText(omission.reason),
  }));
  if (!isMuch) return told;
  const more = omissions.length - told.length;
  return [...told, { what: `and ${more} more`, reason: 'The manifest of the backup names them.', remedy: null }];
}
