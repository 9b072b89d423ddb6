import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAYOUTS, parseCardOptions } from './card-options.js';
import { CARD_WORDS, LOCALES } from './card-words.js';
import { renderCard } from './card.svg.js';
import { playing } from './testing/documents.js';
import { xmlFault } from './testing/well-formed.js';

const ART = 'data:image/png;base64,iVBORw0KGgo=';

function card(more: Parameters<typeof playing>[0] = {}, query: object = {}, art: string | null = ART): string {
  return renderCard(playing(more), art, parseCardOptions(query));
}

/** The lines of text as a person reads them, top to bottom. */
function linesOf(svg: string): string[] {
  const texts = [...svg.matchAll(/<text [^>]*>(.*?)<\/text>/g)].map(([, inner = '']) => inner);
  return texts.map((text) =>
    text
      .replaceAll(/<[^>]*>|[\u2068\u2069]/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&'),
  );
}

/** Any sequence of code units, halves of pairs, controls and all; half of them of what is dangerous in XML. */
const anyText = fc
  .array(fc.oneof(fc.nat({ max: 0xffff }), fc.constantFrom(...Buffer.from('&<>"\'\u0000\u001b]]-'))), { maxLength: 80 })
  .map((units) => String.fromCharCode(...units));

describe('a card', () => {
  it('tells what plays, whose answer it is, and shows the cover', () => {
    const svg = card();
    expect(linesOf(svg)).toEqual(['Now playing on Last.fm', 'Paper Lanterns', 'The Night Ferry', 'Harbour Lights']);
    expect(svg).toContain(`preserveAspectRatio="xMidYMid meet" href="${ART}"`);
    expect(svg).toContain('<title id="card-title">Now playing on Last.fm: Paper Lanterns – The Night Ferry</title>');
    expect(svg).toContain('<a href="https://www.last.fm/music/The+Night+Ferry/_/Paper+Lanterns"');
  });

  it('tells what was played last when nothing plays, and that nothing does when nobody knows', () => {
    expect(linesOf(card({ isPlaying: false, title: 'Not Playing' }))).toEqual([
      'Last played on Last.fm',
      'Salt on the Window',
      'The Night Ferry',
      'Harbour Lights',
    ]);
    const silence = { isPlaying: false, title: 'Not Playing', lastPlayed: null };
    expect(linesOf(card(silence))).toEqual(['Not playing']);
    expect(linesOf(card({ ...silence, degraded: { reason: 'x', provider: null, since: '' } }))).toEqual([
      'Not playing',
      'Not set up yet',
    ]);
    expect(linesOf(renderCard(null, null, parseCardOptions({})))).toEqual(['Not playing', 'No answer yet']);
  });

  it('says in words what is wrong', () => {
    expect(linesOf(card({ stale: true })).at(-1)).toBe('May be out of date');
    const degraded = { reason: 'owner_premium_required', provider: 'spotify', since: '' };
    expect(linesOf(card({ degraded })).at(-1)).toBe('Nothing from Spotify right now');
    // The album makes room for it, not the title.
    const long = linesOf(card({ degraded, title: 'Everything that I have ever wanted to tell you about last night' }));
    expect(long).toHaveLength(5);
    expect(long.at(-1)).toBe('Nothing from Spotify right now');
  });

  it.each(LOCALES)('speaks %s', (locale) => {
    const words = CARD_WORDS[locale];
    expect(linesOf(card({}, { locale }))[0]).toBe(words.playing('Last.fm'));
    const stale = linesOf(card({ stale: true }, { locale }));
    expect([stale[0], stale.at(-1)]).toEqual([words.known('Last.fm'), words.stale]);
  });

  it('moves only while music plays, and never for readers who want less of it', () => {
    expect(card()).toMatch(/animation:bar.*prefers-reduced-motion:reduce\)\{\.bar\{animation:none/);
    expect(card({}, { motion: 'false' })).not.toContain('animation:bar');
    expect(card({ isPlaying: false })).not.toContain('bar');
  });

  it('follows the reader by itself only in the theme that says so', () => {
    expect(card()).toContain('prefers-color-scheme:dark');
    expect(card({}, { theme: 'midnight' })).not.toContain('prefers-color-scheme');
    expect(card({}, { bg: 'ffffff' })).not.toContain('prefers-color-scheme');
  });

  it('has no line around it for whom wants none, by night neither', () => {
    expect(card()).toMatch(/<rect class="back edge" .*stroke=/);
    expect(card({}, { border: 'false' })).not.toMatch(/class="back edge"|<rect class="back"[^>]*stroke/);
  });

  it('is the same size for every song', () => {
    for (const layout of LAYOUTS) {
      const sizes = [{}, { title: 'x'.repeat(500) }, { isPlaying: false, lastPlayed: null }].map((more) =>
        /width="\d+" height="\d+"/.exec(card(more, { layout })),
      );
      expect(new Set(sizes.map(String)).size).toBe(1);
    }
  });

  it.each([
    [{ radius: '32' }, 4],
    [{ radius: '32', layout: 'tall' }, 8],
    [{ radius: '2', layout: 'tall' }, 2],
  ])('cuts no more of a cover away than its service allows: %o', (query, radius) => {
    expect(/<clipPath[^>]*><rect [^>]*rx="(\d+)"/.exec(card({}, query))?.[1]).toBe(String(radius));
  });

  it('draws a record of its own for a song without a cover', () => {
    const svg = card({}, {}, null);
    expect(svg).not.toContain('<image');
    expect(svg).toContain('<circle');
  });
});

describe('texts on a card', () => {
  it('are cut before they are escaped', () => {
    for (const layout of LAYOUTS) {
      for (let length = 0; length < 60; length += 1) {
        const svg = card({ title: `${'x'.repeat(length)}&<"'>`.repeat(3) }, { layout, width: '180' });
        expect(xmlFault(svg)).toBeNull();
        for (const line of linesOf(svg)) expect(line).not.toMatch(/&(amp|lt|gt|quot|#39);/);
      }
    }
  });

  it.each([
    ['夜に駆ける船の上で君と見た花火', 'ltr'],
    ['أغنية عن البحر والليل', 'rtl'],
    ['שיר על הים', 'rtl'],
    ['Вечерний звон', 'ltr'],
  ])('%s is whole, and runs its own way on the side of the others', (title, direction) => {
    const svg = card({ title });
    expect(linesOf(svg).join('')).toContain(title);
    const anchor = direction === 'rtl' ? 'end' : 'start';
    expect(svg).toMatch(
      new RegExp(`<text x="128" y="[\\d.]+" font-size="17" direction="${direction}" text-anchor="${anchor}">`),
    );
  });

  it('stand on the right in a language that is read from there', () => {
    const svg = card({}, { locale: 'ar' });
    expect(svg).toMatch(/<text x="312" [^>]*direction="ltr" text-anchor="end"><tspan[^>]*>Paper Lanterns/);
    expect(svg).toMatch(/<image x="328"/);
  });

  it('name the service however narrow the card is', () => {
    for (const layout of LAYOUTS) {
      for (const locale of LOCALES) {
        for (const source of ['last.fm', 'spotify']) {
          const shown = linesOf(card({ source }, { layout, locale, width: '1' })).join();
          expect(shown).toContain(source === 'spotify' ? 'Spotify' : 'Last.fm');
        }
      }
    }
  });
});

describe('whatever anybody calls a song', () => {
  const options = fc
    .record({
      theme: fc.constantFrom('auto', 'dark', 'contrast'),
      layout: fc.constantFrom(...LAYOUTS),
      width: fc.nat(900).map(String),
      locale: fc.constantFrom(...LOCALES),
      bg: fc.constantFrom('', 'transparent', '777'),
      radius: fc.nat(40).map(String),
    })
    .map(parseCardOptions);

  it('the card is well-formed XML that loads nothing and runs nothing', () => {
    const text = fc.oneof(anyText, fc.string({ unit: 'grapheme', maxLength: 60 }));
    fc.assert(
      fc.property(text, text, text, text, options, (title, artist, album, songUrl, chosen) => {
        const document = playing({ title, artist, album, songUrl });
        const svg = renderCard(document, ART, chosen);
        expect(xmlFault(svg)).toBeNull();
        expect(svg).not.toMatch(/<script|<foreignObject|\son\w+="|(?:href|src)="(?!data:image\/png|https?:)/i);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//host/x', 'https://"><script>', '', 'file:///etc/passwd'])(
    'a link to %j leads nowhere',
    (songUrl) => {
      expect(card({ songUrl })).not.toContain('<a ');
    },
  );
});
