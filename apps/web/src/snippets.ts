import type { Playing } from './widget/playing.js';

/** The choices of a page; `auto` and `row` are what it gets without a word. */
export interface Look {
  theme: string;
  layout: string;
}

/** What a page needs to show the widget. @param origin of the service */
export function widgetHtml(origin: string, { theme, layout }: Look): string {
  const attributes = [
    ...(theme === 'auto' ? [] : [` theme="${theme}"`]),
    ...(layout === 'row' ? [] : [` layout="${layout}"`]),
  ].join('');
  return [
    `<script type="module" src="${origin}/widget.js"></script>`,
    `<tonearm-now-playing${attributes}></tonearm-now-playing>`,
  ].join('\n');
}

/** The picture for places that run no script, which has no page to inherit colours from. */
export function cardUrl(origin: string, theme: string): string {
  return `${origin}/currently-playing/card.svg${theme === 'auto' || theme === 'inherit' ? '' : `?theme=${theme}`}`;
}

/** Where a card leads: the service that the music comes from, which asks for that. Null when no song tells. */
export function musicHome(playing: Pick<Playing, 'songUrl' | 'lastPlayed'> | null): string | null {
  const url = playing?.songUrl || playing?.lastPlayed?.songUrl || '';
  return URL.canParse(url) && /^https?:/.test(url) ? `${new URL(url).origin}/` : null;
}

/** @param home where it leads */
export function cardHtml(origin: string, theme: string, home: string): string {
  return `<a href="${home}"><img src="${cardUrl(origin, theme)}" alt="What I am listening to"></a>`;
}

/** @param home where it leads */
export function cardMarkdown(origin: string, theme: string, home: string): string {
  return `[![What I am listening to](${cardUrl(origin, theme)})](${home})`;
}
