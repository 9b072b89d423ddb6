import { LOCALES, type Locale } from './card-words.js';
import { DEFAULT_THEME, type Ground, THEME_NAMES, type ThemeName } from './themes.js';

export const LAYOUTS = ['row', 'compact', 'tall'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Pixels. */
interface Bounds {
  min: number;
  max: number;
  default: number;
}

export const WIDTHS: Readonly<Record<Layout, Bounds>> = {
  row: { min: 300, max: 800, default: 440 },
  tall: { min: 180, max: 400, default: 260 },
  compact: { min: 200, max: 800, default: 380 },
};

const RADIUS: Bounds = { min: 0, max: 32, default: 10 };

/** How a card is to look. */
export interface CardOptions {
  theme: ThemeName;
  layout: Layout;
  width: number;
  ground: Ground;
  radius: number;
  border: boolean;
  motion: boolean;
  locale: Locale;
}

interface CardParameter {
  name: string;
  description: string;
  schema: {
    type: 'string' | 'integer';
    enum?: string[];
    minimum?: number;
    maximum?: number;
    default: string | number;
    example: string | number;
  };
}

/** What can be said in the query, for the description of the API. */
export const CARD_PARAMETERS: readonly CardParameter[] = [
  {
    name: 'theme',
    description: "Colours; auto follows the reader's choice of light or dark.",
    schema: { type: 'string', enum: [...THEME_NAMES], default: DEFAULT_THEME, example: 'midnight' },
  },
  {
    name: 'layout',
    description: 'Cover beside the text, above it, or beside two short lines.',
    schema: { type: 'string', enum: [...LAYOUTS], default: LAYOUTS[0], example: 'tall' },
  },
  {
    name: 'width',
    description: `In pixels: ${LAYOUTS.map((layout) => `${WIDTHS[layout].min} to ${WIDTHS[layout].max} for ${layout}, ${WIDTHS[layout].default} without a word`).join('; ')}.`,
    schema: { type: 'integer', minimum: 180, maximum: 800, default: WIDTHS.row.default, example: 480 },
  },
  {
    name: 'bg',
    description:
      'Under the text: three or six hexadecimal digits, or transparent. Texts that could not be read on it change.',
    schema: { type: 'string', default: 'theme', example: '0d1117' },
  },
  {
    name: 'radius',
    description: 'Of the corners of the card, in pixels. Those of the cover are never rounder than 8.',
    schema: {
      type: 'integer',
      minimum: RADIUS.min,
      maximum: RADIUS.max,
      default: RADIUS.default,
      example: 0,
    },
  },
  {
    name: 'border',
    description: 'Whether there is a line around the card.',
    schema: { type: 'string', enum: ['true', 'false'], default: 'true', example: 'false' },
  },
  {
    name: 'motion',
    description: 'Whether bars move while music plays; for readers who want less motion they never do.',
    schema: { type: 'string', enum: ['true', 'false'], default: 'true', example: 'false' },
  },
  {
    name: 'locale',
    description: 'Language of the words around the song; a region, as in de-AT, is passed over.',
    schema: { type: 'string', enum: [...LOCALES], default: LOCALES[0], example: 'de' },
  },
];

/** Reads a query as it came, whatever came: what cannot be understood is as if it had not been said. */
export function parseCardOptions(query: unknown): CardOptions {
  const said = (name: string): string => {
    const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined;
    return typeof value === 'string' ? value.trim().toLowerCase() : '';
  };
  const layout = oneOf(LAYOUTS, said('layout')) ?? LAYOUTS[0];
  return {
    theme: oneOf(THEME_NAMES, said('theme')) ?? DEFAULT_THEME,
    layout,
    width: within(WIDTHS[layout], said('width')),
    ground: groundOf(said('bg')),
    radius: within(RADIUS, said('radius')),
    border: said('border') !== 'false',
    motion: said('motion') !== 'false',
    locale: oneOf(LOCALES, said('locale').split(/[-_]/)[0] ?? '') ?? LOCALES[0],
  };
}

function oneOf<T extends string>(values: readonly T[], said: string): T | undefined {
  return values.find((value) => value === said);
}

/** Digits alone are a number; one out of bounds is the nearest within. */
function within({ min, max, default: fallback }: Bounds, said: string): number {
  if (!/^-?\d+$/.test(said)) return fallback;
  return Math.min(max, Math.max(min, Number(said)));
}

function groundOf(said: string): Ground {
  if (said === 'transparent') return said;
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/.exec(said)?.[1];
  if (digits === undefined) return 'theme';
  return `#${digits.length === 6 ? digits : digits.replaceAll(/./g, '$&$&')}`;
}
