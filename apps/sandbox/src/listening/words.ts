/** The words from which an artist's titles are made: any of `first` with any of `second`. */
export interface Voice {
  first: readonly string[];
  second: readonly string[];
  joint: string;
}

/** An invented artist. `titles` and `albums` are used before made-up ones, for names that are hard to print. */
export interface ArtistWords {
  name: string;
  voice: Voice;
  titles?: readonly string[];
  albums?: readonly string[];
}

const words = (text: string): readonly string[] => text.split(' ');

const english: Voice = {
  first: words(
    'Amber Paper Hollow Borrowed Winter Copper Sleeping Painted Quiet Northern Crooked Velvet Salted Second Drifting ' +
      'Hidden Golden Broken Distant Tender Electric Patient Marble Lonely Wooden Silver Restless Faded Burning Gentle',
  ),
  second: words(
    'Harbour Lanterns Orchard Almanac Staircase Weather Sparrows Kitchen Tide Postcards Radio Meadow Engine Mirror ' +
      'Clockwork Avenue Compass Thunder Garden Ferry Cathedral Letters Satellite Carousel Atlas Umbrella Chimney Tunnel Parade',
  ),
  joint: ' ',
};
const japanese: Voice = {
  first: words('夜明けの 忘れた 青い 小さな 雨上がりの 遠い 眠る'),
  second: words('灯台 猫 手紙 電車 海図 風鈴 屋上'),
  joint: '',
};
const chinese: Voice = {
  first: words('旧 远 蓝 无人 午夜 纸上 北方'),
  second: words('灯塔 渡口 花园 来信 电台 雨季 列车'),
  joint: '的',
};
const korean: Voice = {
  first: words('푸른 오래된 느린 조용한 잠든 낯선 작은'),
  second: words('골목 편지 우산 바다 정거장 겨울 라디오'),
  joint: ' ',
};
const arabic: Voice = {
  first: words('مدينة حديقة رسالة أغنية ظل نافذة ساعة'),
  second: words('الغيم الملح الصباح الرمل النسيان القمر الزجاج'),
  joint: ' ',
};
const hebrew: Voice = {
  first: words('רחוב גשר שיר חלון מכתב סירה צל'),
  second: words('הענן החול הבוקר הירח הגשם המלח הנייר'),
  joint: ' ',
};
const russian: Voice = {
  first: words('Бумажный Тихий Северный Забытый Медный Ночной Дальний'),
  second: words('причал трамвай сад чердак фонарь дождь поезд'),
  joint: ' ',
};
const greek: Voice = {
  first: words('Χάρτινη Σιωπηλή Γαλάζια Παλιά Αργή Μικρή Νυχτερινή'),
  second: words('θάλασσα αυλή βάρκα βροχή πόλη λάμπα σκάλα'),
  joint: ' ',
};

const veryLongTitle =
  'An Incomplete List of Everything the Lighthouse Keeper Wrote Down Between the First Frost and the Return of the Ferry, ' +
  'Read Aloud in One Breath, Including the Weather, the Names of All the Gulls, the Price of Lamp Oil, Three Recipes for Soup, ' +
  'a Complaint About the Stairs (All Two Hundred and Eleven of Them), a Correction to the Complaint About the Stairs, ' +
  'and a Short Apology to the Stairs, Which Had, After All, Done Nothing but Stand There, Part Two';

const plainNames = [
  ...words('Mossgate Fennelwick Tarnbridge Oxlipper Quillhaven Brindlecask'),
  ...[
    'Velvet Cartographers',
    'The Paper Lighthouses',
    'Copperfinch Assembly',
    'Nine Umbrellas Ltd.',
    'Harrow & Plinth',
  ],
  ...['Odd Tuesday Club', 'Juniper Semaphore', 'The Unposted Letters', 'Marrowbone Planetarium', 'Saltmarsh Typists'],
  ...['Elbow Room Orchestra', 'Pale Locksmith', 'Bramblewood Exchange', 'Tin Cathedral Mice', 'Ursula Vantongren'],
  ...['Dorian Applecroft', 'Wren Halloway-Pike', 'Ottilie Sandgrube', 'Casimir Buttonwood', 'Imogen Tallowmere'],
  ...[
    'Lamplighter Co-op',
    'Gravel & Honey',
    'Seventh Spare Key',
    'Haberdash Moon',
    'Thistledown Turbines',
    'Magnetic Picnic',
  ],
  ...['Owls of Pemberholt', 'Late Train to Ashgrove', 'Inkwell Divers', 'Parlour Comets'],
];

/** All artists of the sandbox, none of whom exist. */
export const artistWords: readonly ArtistWords[] = [
  {
    name: 'Salt & Sextant',
    voice: english,
    titles: ['Fish & Chips <3', '"Quoted" & <Tagged>'],
    albums: ['<Live> & "Loud"'],
  },
  { name: '<Bracket Choir>', voice: english, titles: ['</title>', '&amp; Again'] },
  { name: 'The "Quoted" Sparrows', voice: english, titles: ["It's Not 'Over'", 'Back\\slash / Slash'] },
  { name: 'Plus+Minus Gardens', voice: english, titles: ['100% + More?', 'Track #1'] },
  { name: "Tom O'Lantern's Band", voice: english, titles: [veryLongTitle] },
  { name: '🌵 Cactus Telegraph 🌵', voice: english, titles: ['🎷🎷🎷', 'Message for 👩‍🚀'], albums: ['📻'] },
  { name: 'Þórdís Hraunfjörð', voice: english, titles: ['Fjöruljós', 'Ævintýri á Ísafjarðargötu'] },
  { name: 'Łódeczka Śpiewa', voice: english, titles: ['Zażółć gęślą jaźń', 'Cień'] },
  { name: 'Müßig & Söhne', voice: english, titles: ['Straßenlaternenfest', 'Größenwahn'] },
  { name: 'Café des Boussoles', voice: english, titles: ['L’été sans façade', 'Ça, c’est Noël'] },
  { name: 'Ñandú Telegráfico', voice: english, titles: ['¿Mañana?', 'El Cigüeñal'] },
  { name: 'Đường Sương Mù', voice: english, titles: ['Phố Đèn Lồng', 'Gió Mùa Trở Lại'] },
  { name: 'Zoe\u0308 Vane', voice: english, titles: ['Re\u0301sume\u0301'] },
  { name: '月ノ温室', voice: japanese },
  { name: '紙の鯨団', voice: japanese },
  { name: '雾港电台', voice: chinese },
  { name: '달빛 우편함', voice: korean },
  { name: 'قافلة المرايا', voice: arabic },
  { name: 'תזמורת הפנסים', voice: hebrew },
  { name: 'Тихий Самовар', voice: russian },
  { name: 'Ορχήστρα του Αλατιού', voice: greek },
  ...plainNames.map((name) => ({ name, voice: english })),
];
