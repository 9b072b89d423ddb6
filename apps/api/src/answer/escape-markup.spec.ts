import { expect, it } from 'vitest';
import { escapeMarkup } from './escape-markup.js';

it.each([
  ['between tags', '<b>Salt & Sons</b>', '&lt;b&gt;Salt &amp; Sons&lt;/b&gt;'],
  ['in an attribute', '" onload="x', '&quot; onload=&quot;x'],
  ['in an attribute of single quotes', "' onload='x", '&#39; onload=&#39;x'],
  ['once, also what looks escaped', '&amp;', '&amp;amp;'],
  ['not at all where it is only text', 'Sigur Rós – ( ) `x`', 'Sigur Rós – ( ) `x`'],
])('text is escaped %s', (_, text, escaped) => {
  expect(escapeMarkup(text)).toBe(escaped);
});
