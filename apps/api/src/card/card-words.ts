/** What a card says around a song. */
export interface CardWords {
  direction: 'ltr' | 'rtl';
  /** @param service its display name; null when it is not known */
  playing: (service: string | null) => string;
  last: (service: string | null) => string;
  /** Of a song that played when it was asked for last. */
  known: (service: string | null) => string;
  idle: string;
  /** What is shown could not be asked anew. */
  stale: string;
  /** It is down, or the account shows it to nobody: whoever looks at a card need not know. */
  nothingFrom: (service: string) => string;
  /** No provider is configured. */
  notSetUp: string;
  /** Nobody has told yet what plays. */
  unknown: string;
}

/** The first one is spoken to those who do not say. */
export const LOCALES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'ja', 'ar'] as const;
export type Locale = (typeof LOCALES)[number];

export const CARD_WORDS: Readonly<Record<Locale, CardWords>> = {
  en: {
    direction: 'ltr',
    playing: (service) => (service === null ? 'Now playing' : `Now playing on ${service}`),
    last: (service) => (service === null ? 'Last played' : `Last played on ${service}`),
    known: (service) => (service === null ? 'Last known' : `Last known on ${service}`),
    idle: 'Not playing',
    stale: 'May be out of date',
    nothingFrom: (service) => `Nothing from ${service} right now`,
    notSetUp: 'Not set up yet',
    unknown: 'No answer yet',
  },
  de: {
    direction: 'ltr',
    playing: (service) => (service === null ? 'Läuft gerade' : `Läuft gerade auf ${service}`),
    last: (service) => (service === null ? 'Zuletzt gehört' : `Zuletzt gehört auf ${service}`),
    known: (service) => (service === null ? 'Zuletzt bekannt' : `Zuletzt bekannt auf ${service}`),
    idle: 'Gerade läuft nichts',
    stale: 'Vielleicht nicht mehr aktuell',
    nothingFrom: (service) => `Gerade nichts von ${service}`,
    notSetUp: 'Noch nicht eingerichtet',
    unknown: 'Noch keine Antwort',
  },
  fr: {
    direction: 'ltr',
    playing: (service) => (service === null ? 'En écoute' : `En écoute sur ${service}`),
    last: (service) => (service === null ? 'Dernière écoute' : `Dernière écoute sur ${service}`),
    known: (service) => (service === null ? 'Dernière écoute connue' : `Dernière écoute connue sur ${service}`),
    idle: 'Rien en écoute',
    stale: 'Peut-être plus à jour',
    nothingFrom: (service) => `Rien de ${service} pour le moment`,
    notSetUp: 'Pas encore configuré',
    unknown: 'Pas encore de réponse',
  },
  es: {
    direction: 'ltr',
    playing: (service) => (service === null ? 'Suena ahora' : `Suena ahora en ${service}`),
    last: (service) => (service === null ? 'Última escucha' : `Última escucha en ${service}`),
    known: (service) => (service === null ? 'Última escucha conocida' : `Última escucha conocida en ${service}`),
    idle: 'Ahora no suena nada',
    stale: 'Puede no estar al día',
    nothingFrom: (service) => `Nada de ${service} por ahora`,
    notSetUp: 'Aún sin configurar',
    unknown: 'Aún sin respuesta',
  },
  it: {
    direction: 'ltr',
    playing: (service) => (service === null ? 'In ascolto' : `In ascolto su ${service}`),
    last: (service) => (service === null ? 'Ultimo ascolto' : `Ultimo ascolto su ${service}`),
    known: (service) => (service === null ? 'Ultimo ascolto noto' : `Ultimo ascolto noto su ${service}`),
    idle: 'Nessun ascolto',
    stale: 'Forse non aggiornato',
    nothingFrom: (service) => `Al momento niente da ${service}`,
    notSetUp: 'Non ancora configurato',
    unknown: 'Ancora nessuna risposta',
  },
  pt: {
    direction: 'ltr',
    playing: (service) => (service === null ? 'Tocando agora' : `Tocando agora no ${service}`),
    last: (service) => (service === null ? 'Última música' : `Última música no ${service}`),
    known: (service) => (service === null ? 'Última música conhecida' : `Última música conhecida no ${service}`),
    idle: 'Nada tocando agora',
    stale: 'Pode estar desatualizado',
    nothingFrom: (service) => `Nada de ${service} no momento`,
    notSetUp: 'Ainda não configurado',
    unknown: 'Ainda sem resposta',
  },
  ja: {
    direction: 'ltr',
    playing: (service) => (service === null ? '再生中' : `${service} で再生中`),
    last: (service) => (service === null ? '最後に再生した曲' : `${service} で最後に再生した曲`),
    known: (service) => (service === null ? '最後に確認した曲' : `${service} で最後に確認した曲`),
    idle: '再生していません',
    stale: '最新ではない可能性があります',
    nothingFrom: (service) => `現在 ${service} から情報がありません`,
    notSetUp: 'まだ設定されていません',
    unknown: 'まだ応答がありません',
  },
  ar: {
    direction: 'rtl',
    playing: (service) => (service === null ? 'يُسمَع الآن' : `يُسمَع الآن على ${service}`),
    last: (service) => (service === null ? 'آخر ما سُمِع' : `آخر ما سُمِع على ${service}`),
    known: (service) => (service === null ? 'آخر ما عُرِف' : `آخر ما عُرِف على ${service}`),
    idle: 'لا شيء يُسمَع الآن',
    stale: 'قد لا يكون محدَّثًا',
    nothingFrom: (service) => `لا شيء من ${service} حاليًا`,
    notSetUp: 'لم يُضبَط بعد',
    unknown: 'لا جواب بعد',
  },
};
