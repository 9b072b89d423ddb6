const NOT_ALLOWED = /[^\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const ENTITY = '&(?:amp|lt|gt|quot|#39);';
const TEXT = new RegExp(`(?:[^<&]|${ENTITY})+`, 'y');
const TAG = new RegExp(`<(/?)([a-zA-Z]+)((?: [a-zA-Z:-]+="(?:[^<&"]|${ENTITY})*")*)(/?)>`, 'y');

/** What is wrong with a document by the rules of XML 1.0, as far as our own cards use them; null when nothing is. */
export function xmlFault(xml: string): string | null {
  const odd = NOT_ALLOWED.exec(xml);
  if (odd) return `character at ${odd.index}`;
  const open: string[] = [];
  let at = 0;
  while (at < xml.length) {
    TEXT.lastIndex = at;
    const text = TEXT.exec(xml)?.[0];
    TAG.lastIndex = at;
    const tag = TAG.exec(xml);
    if (text !== undefined) {
      if (open.length === 0 && text.trim() !== '') return `text outside at ${at}`;
      at += text.length;
    } else if (tag) {
      const [whole, closing, name = '', attributes = '', empty] = tag;
      const names = [...attributes.matchAll(/ ([a-zA-Z:-]+)=/g)].map(([, attribute]) => attribute);
      if (new Set(names).size < names.length) return `an attribute twice at ${at}`;
      if (closing === '/') {
        if (open.pop() !== name) return `</${name}> at ${at}`;
      } else if (empty === '') open.push(name);
      at += whole.length;
    } else return `${xml.slice(at, at + 20)} at ${at}`;
  }
  return open.length === 0 ? null : `<${open.join('>, <')}> not closed`;
}
