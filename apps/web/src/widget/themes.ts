/** The colours that a theme sets; each is a custom property `--tonearm-<name>` for who wants another one. */
interface Theme {
  background: string;
  color: string;
  muted: string;
  accent: string;
  track: string;
  border: string;
}

const light: Theme = {
  background: '#fff',
  color: '#16181d',
  muted: '#5b6270',
  accent: '#2f6f52',
  track: '#dfe3e8',
  border: '#d9dde3',
};
const dark: Theme = {
  background: '#17191e',
  color: '#f2f4f7',
  muted: '#a8b0bd',
  accent: '#7fd1a8',
  track: '#3a404b',
  border: '#2f343d',
};

/** By the value of the attribute `theme`; `auto` goes with the visitor's system. */
const THEMES: Readonly<Record<string, Theme>> = {
  light,
  dark,
  paper: {
    background: '#f6efe2',
    color: '#2c2418',
    muted: '#6b5d49',
    accent: '#a4552b',
    track: '#e0d3bc',
    border: '#ddcfb8',
  },
  midnight: {
    background: '#0f1a33',
    color: '#e8eefc',
    muted: '#9fb0d6',
    accent: '#6ea8ff',
    track: '#2a3a63',
    border: '#22305a',
  },
  forest: {
    background: '#13261d',
    color: '#e6f2ea',
    muted: '#9dbfac',
    accent: '#6fce97',
    track: '#2b4a3b',
    border: '#25402f',
  },
  rose: {
    background: '#fff2f4',
    color: '#3a131f',
    muted: '#7a4451',
    accent: '#b01248',
    track: '#f0cfd7',
    border: '#f1cad3',
  },
  contrast: {
    background: '#000',
    color: '#fff',
    muted: '#fff',
    accent: '#ffd400',
    track: '#666',
    border: '#fff',
  },
  // As if it were written into the page.
  inherit: {
    background: 'transparent',
    color: 'currentcolor',
    muted: 'currentcolor',
    accent: 'currentcolor',
    track: 'color-mix(in srgb, currentcolor 25%, transparent)',
    border: 'transparent',
  },
};

function declarations(theme: Theme): string {
  return Object.entries(theme)
    .map(([name, value]) => `--_${name}: ${value};`)
    .join(' ');
}

const themeRules = Object.entries(THEMES).map(([name, theme]) => `:host([theme="${name}"]) { ${declarations(theme)} }`);

/**
 * What knows its own width asks for none, so that a page that leaves the choice to it, as floats and grids do, is asked here:
 * for as much as a usual title takes, and at least for what can be read. No song changes that.
 */
const WIDTH = `
:host::before { content: ""; display: block; width: 8em; max-width: 100%; }
:host::after { content: "- -"; display: block; height: 0; overflow: hidden; visibility: hidden; word-spacing: 17em; }
.room { container-type: inline-size; }`;

/** Where the page's lines begin, whichever way this one runs. Chromium knows it by the longer name alone. */
const AT_START = 'text-align: -webkit-match-parent; text-align: match-parent;';
/** English is cut at its own end on every page. */
const OURS = `direction: ltr; ${AT_START}`;

/** All layouts but `tall`, which needs no more width than any column has. */
const BESIDE = ':host(:not([layout="tall"]))';

/**
 * In a column beside a blog the title gets a line of its own, below a small cover with the source beside it. There is room
 * for every line that a song may have, so that one without some of them moves nothing on the page.
 */
const NARROW = `
@container (width < 16em) {
  ${BESIDE} :is(.card, slot) { min-height: calc(var(--_narrow) + 2 * var(--_padding) + 2px); }
  ${BESIDE} .cover { width: var(--tonearm-cover-size, 2.5em); max-width: 2.5em; }
  ${BESIDE} .card { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 0.5em; align-content: start; }
  ${BESIDE} .text { display: contents; }
  ${BESIDE} .label { grid-area: auto; max-width: none; white-space: nowrap; ${OURS} }
  ${BESIDE} :is(.state, .source) { display: block; overflow: hidden; text-overflow: ellipsis; }
  ${BESIDE} .source::before { content: none !important; }
  ${BESIDE} :is(.title, .detail, .time) { grid-column: 1 / -1; }
  ${BESIDE} .title { margin-top: 0.25em; }
}`;

/**
 * The whole style of the widget, for its shadow root. In a cell of a table WebKit knows no height of 100% (the cover has a
 * ratio instead).
 */
export const STYLE = `
:host { ${declarations(light)} }
@media (prefers-color-scheme: dark) { :host { ${declarations(dark)} } }
${themeRules.join('\n')}
:host {
  --_cover: var(--tonearm-cover-size, 5.5em);
  --_padding: var(--tonearm-padding, 0.75em);
  --_radius: var(--tonearm-radius, 0.75em);
  --_narrow: 6.55em;
  display: block;
  box-sizing: border-box;
  max-width: min(100%, var(--tonearm-width, 26em));
  font-family: var(--tonearm-font, inherit);
  line-height: 1.35;
  text-align: start;
}
:host([theme="inherit"]) { --_padding: var(--tonearm-padding, 0em); }
:host([layout="compact"]) { --_cover: var(--tonearm-cover-size, 2.75em); --_padding: var(--tonearm-padding, 0.5em); --_narrow: 5.35em; }
:host([layout="tall"]) { --_cover: 100%; max-width: min(100%, var(--tonearm-width, 16em)); }
:host([hidden]), [hidden] { display: none !important; }
${WIDTH}
.card, slot { display: block; box-sizing: border-box; min-height: calc(var(--_cover) + 2 * var(--_padding) + 2px); }
:host([layout="tall"]) :is(.card, slot) { min-height: 0; }
.card {
  position: relative;
  display: flex;
  gap: 0.9em;
  align-items: center;
  padding: var(--_padding);
  border: 1px solid var(--tonearm-border, var(--_border));
  border-radius: var(--_radius);
  background: var(--tonearm-background, var(--_background));
  color: var(--tonearm-color, var(--_color));
}
.cover {
  flex: none;
  width: var(--_cover);
  aspect-ratio: 1;
  overflow: hidden;
  border-radius: var(--tonearm-cover-radius, 4px);
  background: var(--tonearm-track, var(--_track));
}
.cover img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; }
.text { flex: 1; display: grid; min-width: 0; }
.label, .title, .detail { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; ${AT_START} }
.label { ${OURS} }
.label, .detail, .time { color: var(--tonearm-muted, var(--_muted)); }
.label, .time { font-size: 0.75em; }
.state:not(:empty) + .source:not(:empty)::before { content: " · "; }
.title { font-weight: 600; }
.detail { font-size: 0.9em; }
:host(:not([playing], [layout="compact"])) .detail {
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
  white-space: normal;
  overflow-wrap: anywhere;
}
a { color: inherit; text-decoration: none; }
a[href]::after { content: ""; position: absolute; inset: 0; border-radius: var(--_radius); }
a[href]:hover { text-decoration: underline; }
a[href]:focus-visible { outline: none; }
a[href]:focus-visible::after { outline: 2px solid var(--tonearm-accent, var(--_accent)); outline-offset: 2px; }
.time { display: flex; gap: 0.7em; align-items: center; margin-top: 0.2em; font-variant-numeric: tabular-nums; }
.track {
  flex: 1;
  height: 0.35em;
  overflow: hidden;
  border-radius: 1em;
  background: var(--tonearm-track, var(--_track));
}
.fill { height: 100%; background: var(--tonearm-accent, var(--_accent)); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:host([layout="tall"]) .card { flex-direction: column; align-items: stretch; }
:host([layout="tall"]) .text { flex: none; }
:host([layout="compact"]) .text { grid-template-columns: minmax(0, 1fr) auto; column-gap: 0.9em; align-items: center; }
:host([layout="compact"]) .label {
  grid-area: 1 / 2 / 3;
  max-width: 7em;
  direction: inherit;
  text-align: end;
  white-space: normal;
}
:host([layout="compact"]:not([stale], [offline])) .state, :host([layout="compact"]) .time { display: none; }
:host([layout="compact"]:not([stale], [offline])) .source::before { content: none !important; }
${NARROW}
@media (forced-colors: active) {
  .track { outline: 1px solid CanvasText; }
  .fill { background: Highlight; forced-color-adjust: none; }
}
`;
