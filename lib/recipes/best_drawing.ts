/** The best of several drawings, as the model that drew them finds. */
import { type Judged, type Judgement, sureness } from "../assessment/judge.ts";
import type { Drawn } from "./drawn.ts";

/** What draws, and what judges. */
export interface Searched<D extends Drawn> {
  draw(captions: readonly string[], seed: number): Promise<D[]>;
  judge(items: readonly Judged[]): Promise<Judgement[]>;
}

interface JudgedDrawing<D> {
  readonly drawn: D;
  readonly judgement: Judgement;
}

/** Of `count` drawings of each caption the one that the model is surest of. */
export async function bestOf<D extends Drawn>(
  model: Searched<D>,
  captions: readonly string[],
  { count, seed }: { count: number; seed: number },
): Promise<D[]> {
  const repeated = captions.flatMap((caption) => Array<string>(count).fill(caption));
  const drawn = await model.draw(repeated, seed);
  if (count === 1) return drawn;
  const judged = await judgedBy(model, repeated, drawn);
  return captions.map((_, i) => judged.slice(i * count, (i + 1) * count).reduce(surer).drawn);
}

/**
 * Draws anew what the model finds bad, and keeps what it then is surer of, for a number of rounds.
 * With the bad picture before its eyes, as it learned to correct, it mostly draws that once more
 * (docs/LOG.md).
 */
export async function corrected<D extends Drawn>(
  model: Searched<D>,
  captions: readonly string[],
  drawn: readonly D[],
  { rounds, seed }: { rounds: number; seed: number },
): Promise<D[]> {
  let judged = await judgedBy(model, captions, drawn);
  for (let round = 1; round <= rounds; round++) {
    const bad = [...judged.keys()].filter((i) => judged[i].judgement.assessment?.verdict === "bad");
    if (bad.length === 0) break;
    const asked = bad.map((i) => captions[i]);
    const again = await judgedBy(model, asked, await model.draw(asked, seed + round));
    const better = new Map(bad.map((i, row) => [i, surer(judged[i], again[row])]));
    judged = judged.map((one, i) => better.get(i) ?? one);
  }
  return judged.map(({ drawn }) => drawn);
}

async function judgedBy<D extends Drawn>(
  model: Searched<D>,
  captions: readonly string[],
  drawn: readonly D[],
): Promise<JudgedDrawing<D>[]> {
  const items = drawn.map(({ picture }, i) => ({ picture, caption: captions[i] }));
  const judgements = await model.judge(items);
  return drawn.map((drawn, i) => ({ drawn, judgement: judgements[i] }));
}

/** The one of which the model is surer; the first where it is as sure of both. */
function surer<D>(one: JudgedDrawing<D>, other: JudgedDrawing<D>): JudgedDrawing<D> {
  const [a, b] = [one, other].map(({ judgement }) =>
    judgement.assessment === undefined ? -1 : sureness(judgement)
  );
  return b > a ? other : one;
}
