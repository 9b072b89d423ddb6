import { isList, isObject, type Json, type JsonObject } from '../json.js';

/** Last.fm's own format, of which its JSON is a mechanical conversion; this is the way back. */
export function renderXml(status: 'ok' | 'failed', content: JsonObject): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<lfm status="${status}">${elements(content)}</lfm>\n`;
}

/** An error as Last.fm's XML says it. */
export function renderXmlError(code: number, message: string): string {
  return renderXml('failed', { error: { code: String(code), '#text': message } });
}

function elements(content: JsonObject): string {
  return Object.entries(content)
    .map(([name, value]) =>
      isList(value) ? value.map((entry) => element(name, entry)).join('') : element(name, value),
    )
    .join('');
}

function element(name: string, value: Json): string {
  if (!isObject(value)) return `<${name}>${escapeXml(isList(value) || value === null ? '' : String(value))}</${name}>`;
  const { '#text': text, '@attr': attributes, ...rest } = value;
  // Beside a text, all other keys were attributes.
  if (text !== undefined) return `<${name}${attributeList(rest)}>${escapeXml(plainText(text))}</${name}>`;
  return `<${name}${isObject(attributes) ? attributeList(attributes) : ''}>${elements(rest)}</${name}>`;
}

function attributeList(attributes: JsonObject): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(plainText(value))}"`)
    .join('');
}

function plainText(value: Json): string {
  return isObject(value) || isList(value) || value === null ? '' : String(value);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
