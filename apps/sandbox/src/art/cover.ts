/** The hash that Last.fm uses for "no picture"; its picture is a star on grey. */
const starHash = '2a96cbd8b46e442fc41c2b86b821562f';

/** A square picture made from 32 hexadecimal digits: the same digits, the same picture. `size` in pixels. */
export function coverSvg(hash: string, size: number): string {
  const inner = hash === starHash ? star() : shapes(hash);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 300 300">` +
    `${inner}</svg>\n`
  );
}

function star(): string {
  const points = Array.from({ length: 10 }, (_, at) => {
    const radius = at % 2 === 0 ? 90 : 38;
    const angle = (Math.PI * at) / 5 - Math.PI / 2;
    return `${(150 + radius * Math.cos(angle)).toFixed(1)},${(150 + radius * Math.sin(angle)).toFixed(1)}`;
  });
  return `<rect width="300" height="300" fill="#dcdcdc"/><polygon points="${points.join(' ')}" fill="#f8f8f8"/>`;
}

function shapes(hash: string): string {
  const byte = (at: number): number => parseInt(hash.slice(at * 2, at * 2 + 2), 16);
  const hue = Math.round((byte(0) / 256) * 360);
  const other = (hue + 90 + (byte(1) % 180)) % 360;
  const ink = `hsl(${other} 65% ${35 + (byte(2) % 30)}%)`;
  const light = `hsl(${hue} 60% 88%)`;
  const ground =
    `<defs><linearGradient id="g" gradientTransform="rotate(${byte(3) % 90})">` +
    `<stop offset="0" stop-color="hsl(${hue} 55% ${40 + (byte(4) % 25)}%)"/>` +
    `<stop offset="1" stop-color="hsl(${(hue + 40) % 360} 60% 70%)"/></linearGradient></defs>` +
    '<rect width="300" height="300" fill="url(#g)"/>';
  const draw = drawings[byte(5) % drawings.length] ?? circles;
  return ground + draw(byte, ink, light);
}

/** Draws with two colours and sixteen bytes. */
type Drawing = (byte: (at: number) => number, ink: string, light: string) => string;

const circles: Drawing = (byte, ink, light) =>
  [0, 1, 2, 3]
    .map((at) => {
      const [x, y, radius] = [
        30 + (byte(6 + at) * 240) / 256,
        30 + (byte(10 + at) * 240) / 256,
        25 + (byte(11 + at) % 60),
      ];
      const fill = at % 2 === 0 ? ink : light;
      return `<circle cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" r="${radius}" fill="${fill}" fill-opacity="0.8"/>`;
    })
    .join('');

const rings: Drawing = (byte, ink, light) =>
  [0, 1, 2, 3, 4]
    .map((at) => {
      const centre = `cx="${90 + (byte(6) % 120)}" cy="${90 + (byte(7) % 120)}"`;
      const width = 6 + (byte(8 + at) % 14);
      return `<circle ${centre} r="${28 + at * 32}" fill="none" stroke="${at % 2 === 0 ? light : ink}" stroke-width="${width}"/>`;
    })
    .join('');

const stripes: Drawing = (byte, ink, light) => {
  const bars = [0, 1, 2, 3, 4, 5].map((at) => {
    const fill = at % 2 === 0 ? ink : light;
    return `<rect x="-100" y="${at * 58 - 20}" width="500" height="${12 + (byte(6 + at) % 34)}" fill="${fill}"/>`;
  });
  return `<g transform="rotate(${(byte(12) % 120) - 60} 150 150)">${bars.join('')}</g>`;
};

const triangles: Drawing = (byte, ink, light) =>
  [0, 1, 2]
    .map((at) => {
      const peak = `${40 + at * 80 + (byte(6 + at) % 60)},${60 + (byte(9 + at) % 110)}`;
      const left = at * 90 - 60;
      return `<polygon points="${peak} ${left},300 ${left + 230},300" fill="${at === 1 ? light : ink}" fill-opacity="0.85"/>`;
    })
    .join('') + `<circle cx="${60 + (byte(12) % 180)}" cy="62" r="${18 + (byte(13) % 20)}" fill="${light}"/>`;

const tiles: Drawing = (byte, ink, light) =>
  Array.from({ length: 9 }, (_, at) => {
    const corner = `x="${20 + (at % 3) * 90}" y="${20 + Math.floor(at / 3) * 90}"`;
    const round = byte(6 + at) % 2 === 0 ? 40 : 4;
    return `<rect ${corner} width="80" height="80" rx="${round}" fill="${byte(6 + at) % 3 === 0 ? light : ink}"/>`;
  }).join('');

const drawings: readonly Drawing[] = [circles, rings, stripes, triangles, tiles];
