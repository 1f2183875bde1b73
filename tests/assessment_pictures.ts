/** What can happen to a picture on its way through a model: it is shifted, softened, grained. */
import sharp from "../lib/packages/sharp.ts";
import type { Picture } from "../lib/data/picture.ts";
import type { Random } from "../lib/runtime/random.ts";

/** Gaussian blur, σ in pixels. */
export async function blurred({ width, height, data }: Picture, sigma: number): Promise<Picture> {
  const image = sharp(data, { raw: { width, height, channels: 3 } }).blur(sigma);
  return { width, height, data: new Uint8Array(await image.raw().toBuffer()) };
}

/** Gaussian noise in every channel of every pixel, σ of 255. */
export function noisy(picture: Picture, sigma: number, random: Random): Picture {
  return { ...picture, data: picture.data.map((v) => clamp(v + sigma * random.normal())) };
}

/** One random change of colour, up to `most` of 255 in each channel, for the whole picture. */
export function recolored(picture: Picture, most: number, random: Random): Picture {
  const change = [0, 1, 2].map(() => most * (2 * random.uniform() - 1));
  return { ...picture, data: picture.data.map((v, i) => clamp(v + change[i % 3])) };
}

/** Both pictures, half and half. */
export function blended(a: Picture, b: Picture): Picture {
  return { ...a, data: a.data.map((v, i) => (v + b.data[i]) / 2) };
}

/** The first picture left of column `x`, the second from there on. */
export function joined(a: Picture, b: Picture, x: number): Picture {
  const left = (i: number) => Math.floor(i / 3) % a.width < x;
  return { ...a, data: a.data.map((v, i) => left(i) ? v : b.data[i]) };
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
