import { expect, it } from 'vitest';
import { renderXml } from './xml.js';

it('turns texts, attributes and lists back into XML, and escapes them', () => {
  const xml = renderXml('ok', {
    list: { '@attr': { user: '"A" & B' }, track: [{ name: '<x>', date: { uts: '1', '#text': 'then' } }, { name: '' }] },
  });
  expect(xml).toContain(
    '<lfm status="ok"><list user="&quot;A&quot; &amp; B">' +
      '<track><name>&lt;x&gt;</name><date uts="1">then</date></track><track><name></name></track></list></lfm>',
  );
});
