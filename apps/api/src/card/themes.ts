import { type Color, legibleOn } from './contrast.js';

/** What a card is painted with. */
export interface Palette {
  /** Under everything; null lets the page show through. */
  ground: Color | null;
  /** Around the card. */
  edge: Color;
  /** The title. */
  ink: Color;
  /** Artist, album, notes. */
  soft: Color;
  /** What goes on, and the bars beside it. */
  accent: Color;
  /** Under a picture that is missing, or not square. */
  tone: Color;
}

interface Theme {
  palette: Palette;
  /** Instead, for readers who prefer dark pages; null for a theme that looks the same to all. */
  dark: Palette | null;
}

const LIGHT: Palette = {
  ground: '#ffffff',
  edge: '#d9dde3',
  ink: '#16181d',
  soft: '#5b6270',
  accent: '#2f6f52',
  tone: '#e4e8ed',
};

const DARK: Palette = {
  ground: '#17191e',
  edge: '#2f343d',
  ink: '#f2f4f7',
  soft: '#a8b0bd',
  accent: '#7fd1a8',
  tone: '#2a2f37',
};

/** The widget has those of the same names, in the same colours. */
const THEMES = {
  auto: { palette: LIGHT, dark: DARK },
  light: { palette: LIGHT, dark: null },
  dark: { palette: DARK, dark: null },
  paper: alike('#f6efe2', '#ddcfb8', '#2c2418', '#6b5d49', '#a4552b', '#e6dac4'),
  midnight: alike('#0f1a33', '#22305a', '#e8eefc', '#9fb0d6', '#6ea8ff', '#1e2c52'),
  forest: alike('#13261d', '#25402f', '#e6f2ea', '#9dbfac', '#6fce97', '#20392c'),
  rose: alike('#fff2f4', '#f1cad3', '#3a131f', '#7a4451', '#b01248', '#f8dde3'),
  contrast: alike('#000000', '#ffffff', '#ffffff', '#ffffff', '#ffd400', '#333333'),
} as const satisfies Record<string, Theme>;

/** A theme that looks the same to all. */
function alike(ground: Color, edge: Color, ink: Color, soft: Color, accent: Color, tone: Color): Theme {
  return { palette: { ground, edge, ink, soft, accent, tone }, dark: null };
}

export type ThemeName = keyof typeof THEMES;

export const DEFAULT_THEME: ThemeName = 'auto';
export const THEME_NAMES: readonly ThemeName[] = listThemes();

function listThemes(): ThemeName[] {
  const names: ThemeName[] = [];
  for (const name in THEMES) if (isThemeName(name)) names.push(name);
  return names;
}

function isThemeName(name: string): name is ThemeName {
  return Object.hasOwn(THEMES, name);
}

/** What the asker wants under the card: the theme's own ground, none, or a colour. */
export type Ground = 'theme' | 'transparent' | Color;

/** A theme on a ground. On a colour of the asker's the texts change as far as it takes to read them. */
export function themeOn(name: ThemeName, ground: Ground): Theme {
  const { palette, dark }: Theme = THEMES[name];
  if (ground === 'theme') return { palette, dark };
  if (ground === 'transparent') {
    return { palette: { ...palette, ground: null }, dark: dark && { ...dark, ground: null } };
  }
  const readable = (role: 'ink' | 'soft' | 'accent'): Color =>
    legibleOn(ground, [palette[role], LIGHT[role], DARK[role]]);
  return {
    palette: { ...palette, ground, ink: readable('ink'), soft: readable('soft'), accent: readable('accent') },
    dark: null,
  };
}
