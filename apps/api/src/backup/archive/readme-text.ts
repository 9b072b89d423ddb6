/** For whoever finds the folder in ten years. The same in every backup, so that it is stored once. */
export const README_TEXT = `This folder is a backup of a music library: what one account of a streaming or scrobbling
service kept at the time that the name of the folder tells (UTC). It was written by Tonearm, a
self-hosted listening platform. No part of it needs Tonearm to be read.

  manifest.json     whose library it is, when it was read, how many entries every list has and
                    how many the service counted, what is not in it and why, and the size and
                    SHA-256 of every file
  manifest.sha256   the SHA-256 of manifest.json; "sha256sum -c manifest.sha256" checks it
  schema.json       what every JSON file means (JSON Schema, draft 2020-12)
  profile.json      the account, if it could be read
  lists/            what was saved, followed, loved or played most: a JSON and a CSV file per list
  playlists.json    all playlists in the owner's order, with the files of their entries
  playlists/        the entries of each playlist: a JSON and a CSV file per playlist

JSON files are UTF-8. Files of entries are one JSON document each and have one entry per line.
The order of the lines is the order of the list.

CSV files are UTF-8 without a byte order mark, comma-separated, with one row of names first
(RFC 4180). Positions begin at 1. To get the value of a cell:
  1. An empty cell is "not told by the service", or no text.
  2. If the cell begins with an apostrophe, drop that one apostrophe. It keeps spreadsheets from
     taking a title such as "=1+1" for a formula, and stands before an apostrophe that is part
     of a text, too. An apostrophe alone is a text without characters.
  3. In "artists", several are separated by "; ". Within a name, a semicolon is written "\\;" and
     a backslash "\\\\".
duration_ms is in milliseconds, added_at is UTC (ISO 8601).

Do not change files in place: files that are equal in several backups may be stored once (hard
links), and would change in all of them. Copies of the folder are complete and independent.
`;
