import { encodePng } from './png.js';

/** The hash that Last.fm uses for "no picture"; its picture is a star on grey. */
const starHash = '2a96cbd8b46e442fc41c2b86b821562f';

/** Red, green and blue from 0 to 255. */
type Rgb = readonly [number, number, number];

/** How far a point is from the edge of a shape, in a square of 300; below 0 inside. */
type Distance = (x: number, y: number) => number;

interface Shape {
  distance: Distance;
  color: Rgb;
  opacity: number;
}

interface Picture {
  ground: (x: number, y: number) => Rgb;
  shapes: readonly Shape[];
}

/** A square PNG made from 32 hexadecimal digits: the same digits, the same picture. `size` in pixels. */
export function coverPng(hash: string, size: number): Buffer {
  const { ground, shapes } = hash === starHash ? star() : drawn(hash);
  const scale = 300 / size;
  const rgb = new Uint8Array(size * size * 3);
  let at = 0;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const [x, y] = [(column + 0.5) * scale, (row + 0.5) * scale];
      let color = ground(x, y);
      for (const shape of shapes) {
        // A pixel on the edge is covered as far as the edge goes through it.
        const covered = Math.min(1, Math.max(0, 0.5 - shape.distance(x, y) / scale)) * shape.opacity;
        if (covered > 0) color = mix(color, shape.color, covered);
      }
      rgb.set(color, at);
      at += 3;
    }
  }
  return encodePng(size, rgb);
}

function star(): Picture {
  const corners = Array.from({ length: 10 }, (_, at): [number, number] => {
    const radius = at % 2 === 0 ? 90 : 38;
    const angle = (Math.PI * at) / 5 - Math.PI / 2;
    return [150 + radius * Math.cos(angle), 150 + radius * Math.sin(angle)];
  });
  return {
    ground: () => [220, 220, 220],
    shapes: [{ distance: polygon(corners), color: [248, 248, 248], opacity: 1 }],
  };
}

function drawn(hash: string): Picture {
  const byte = (at: number): number => parseInt(hash.slice(at * 2, at * 2 + 2), 16);
  const hue = (byte(0) / 256) * 360;
  const other = (hue + 90 + (byte(1) % 180)) % 360;
  const ink = hsl(other, 0.65, 0.35 + (byte(2) % 30) / 100);
  const light = hsl(hue, 0.6, 0.88);
  const [from, to] = [hsl(hue, 0.55, 0.4 + (byte(4) % 25) / 100), hsl((hue + 40) % 360, 0.6, 0.7)];
  const angle = ((byte(3) % 90) * Math.PI) / 180;
  const draw = drawings[byte(5) % drawings.length] ?? circles;
  return {
    ground: (x, y) => mix(from, to, Math.min(1, (x * Math.cos(angle) + y * Math.sin(angle)) / 300)),
    shapes: draw(byte, ink, light),
  };
}

/** Draws with two colours and sixteen bytes. */
type Drawing = (byte: (at: number) => number, ink: Rgb, light: Rgb) => Shape[];

const circles: Drawing = (byte, ink, light) =>
  [0, 1, 2, 3].map((at) => ({
    distance: circle(30 + (byte(6 + at) * 240) / 256, 30 + (byte(10 + at) * 240) / 256, 25 + (byte(11 + at) % 60)),
    color: at % 2 === 0 ? ink : light,
    opacity: 0.8,
  }));

const rings: Drawing = (byte, ink, light) =>
  [0, 1, 2, 3, 4].map((at) => {
    const line = circle(90 + (byte(6) % 120), 90 + (byte(7) % 120), 28 + at * 32);
    const half = (6 + (byte(8 + at) % 14)) / 2;
    return { distance: (x, y) => Math.abs(line(x, y)) - half, color: at % 2 === 0 ? light : ink, opacity: 1 };
  });

const stripes: Drawing = (byte, ink, light) => {
  const angle = (((byte(12) % 120) - 60) * Math.PI) / 180;
  return [0, 1, 2, 3, 4, 5].map((at) => {
    const half = (12 + (byte(6 + at) % 34)) / 2;
    const middle = at * 58 - 20 + half;
    const across = (x: number, y: number): number => 150 + (y - 150) * Math.cos(angle) - (x - 150) * Math.sin(angle);
    return {
      distance: (x, y) => Math.abs(across(x, y) - middle) - half,
      color: at % 2 === 0 ? ink : light,
      opacity: 1,
    };
  });
};

const triangles: Drawing = (byte, ink, light) => {
  const peaks = [0, 1, 2].map((at): Shape => {
    const left = at * 90 - 60;
    const corners: [number, number][] = [
      [40 + at * 80 + (byte(6 + at) % 60), 60 + (byte(9 + at) % 110)],
      [left, 300],
      [left + 230, 300],
    ];
    return { distance: polygon(corners), color: at === 1 ? light : ink, opacity: 0.85 };
  });
  return [...peaks, { distance: circle(60 + (byte(12) % 180), 62, 18 + (byte(13) % 20)), color: light, opacity: 1 }];
};

const tiles: Drawing = (byte, ink, light) =>
  Array.from({ length: 9 }, (_, at) => ({
    distance: tile(60 + (at % 3) * 90, 60 + Math.floor(at / 3) * 90, byte(6 + at) % 2 === 0 ? 40 : 4),
    color: byte(6 + at) % 3 === 0 ? light : ink,
    opacity: 1,
  }));

const drawings: readonly Drawing[] = [circles, rings, stripes, triangles, tiles];

function circle(centreX: number, centreY: number, radius: number): Distance {
  return (x, y) => Math.hypot(x - centreX, y - centreY) - radius;
}

/** A square of 80 with round corners. */
function tile(centreX: number, centreY: number, radius: number): Distance {
  const inner = 40 - radius;
  return (x, y) => {
    const [overX, overY] = [Math.abs(x - centreX) - inner, Math.abs(y - centreY) - inner];
    return Math.hypot(Math.max(overX, 0), Math.max(overY, 0)) + Math.min(Math.max(overX, overY), 0) - radius;
  };
}

function polygon(corners: readonly (readonly [number, number])[]): Distance {
  return (x, y) => {
    let nearest = Number.POSITIVE_INFINITY;
    let isInside = false;
    for (const [at, [fromX, fromY]] of corners.entries()) {
      const [toX, toY] = corners[(at + 1) % corners.length] ?? [fromX, fromY];
      const [sideX, sideY] = [toX - fromX, toY - fromY];
      const along = ((x - fromX) * sideX + (y - fromY) * sideY) / (sideX * sideX + sideY * sideY);
      const part = Math.min(1, Math.max(0, along));
      nearest = Math.min(nearest, Math.hypot(x - fromX - part * sideX, y - fromY - part * sideY));
      if (fromY > y !== toY > y && x < fromX + ((y - fromY) / sideY) * sideX) isInside = !isInside;
    }
    return isInside ? -nearest : nearest;
  };
}

function mix(under: Rgb, over: Rgb, share: number): Rgb {
  const channel = (at: 0 | 1 | 2): number => under[at] + (over[at] - under[at]) * share;
  return [channel(0), channel(1), channel(2)];
}

function hsl(hue: number, saturation: number, lightness: number): Rgb {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const place = (offset + hue / 30) % 12;
    return 255 * (lightness - reach * Math.max(-1, Math.min(place - 3, 9 - place, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}
