/** What `deno task metamorph` found, as figures: from its results, and from its models. */
import {
  bootstrapMean,
  cosinesByPosition,
  type Device,
  type EmojiScenes,
  evaluationCaptions,
  MetaMorph,
  plot,
  predictTokens,
  Random,
  truePicture,
} from "../mod.ts";
import { arm, GRID, LOSSES, PARTNER, READING } from "./metamorph_arms.ts";
import {
  DRAWING_IN_ORDER,
  type Measure,
  partnerEffects,
  studyEffects,
  valuesOf,
} from "./metamorph_effects.ts";
import type { StudyRun } from "./metamorph_results.ts";
import { resultsOf } from "./study_results.ts";
import { inShort } from "./study_samples.ts";
import { folderOf } from "./study_setting.ts";

type Runs = readonly StudyRun[];
type Figures = Record<string, plot.Figure>;

/** Figures of all that is there. */
export function studyFigures(runs: Runs): Figures {
  const { 2: both, 4: losses, 5: recipes, 6: thinking } = studyEffects(runs);
  return {
    ...unlockedFigure(runs),
    ...gridFigure(runs, "GenEval"),
    ...gridFigure(runs, "POPE"),
    ...gridFigure(runs, "nats"),
    ...differencesFigure(
      "metamorph_partners",
      partnerEffects(runs, "GenEval"),
      `What others add to ${inShort(PARTNER.drawing)} samples of drawing`,
    ),
    ...differencesFigure(
      "metamorph_effects",
      [...both, ...losses, ...recipes, ...thinking].filter(({ name }) => !name.startsWith("nats")),
      "What each change is worth",
    ),
    ...cosinesFigure(runs),
  };
}

/** GenEval over samples of drawing, alone and beside reading. */
function unlockedFigure(runs: Runs): Figures {
  const series = { alone: 0, joint: READING };
  const points = Object.entries(series).flatMap(([name, reading]) =>
    DRAWING_IN_ORDER.flatMap((drawing) =>
      runs.flatMap((run) =>
        resultsOf([run], arm({ drawing, reading }).name).map(({ geneval }) => {
          const about = { name, task: "GenEval", samples: drawing, seed: run.seed };
          return { ...about, score: geneval.overall };
        })
      )
    )
  );
  if (points.length === 0) return {};
  return {
    metamorph_unlocked: plot.alignmentCurves(points, {
      title: `Drawing alone, and jointly with ${inShort(READING)} samples of reading`,
      label: "samples of drawing →",
      log: true,
    }),
  };
}

/** Means over seeds, with half of the interval where there are several. */
function gridFigure(runs: Runs, measure: Measure): Figures {
  const cells = GRID.drawing.flatMap((drawing) =>
    GRID.reading.flatMap((reading) => {
      const clusters = resultsOf(runs, arm({ drawing, reading }).name)
        .map((one) => valuesOf(one, measure));
      if (clusters.length === 0) return [];
      const { mean: value, low, high } = bootstrapMean(clusters);
      const spread = clusters.length > 1 ? { spread: (high - low) / 2 } : {};
      return [{ x: drawing, y: reading, value, ...spread }];
    })
  );
  if (cells.length === 0) return {};
  const axes = { x: "samples of drawing", y: "samples of reading" };
  return {
    [`metamorph_${measure.toLowerCase()}`]: plot.heatMap(cells, { ...axes, title: measure }),
  };
}

function differencesFigure(
  name: string,
  differences: readonly plot.Difference[],
  title: string,
): Figures {
  return differences.length === 0 ? {} : { [name]: plot.differences(differences, { title }) };
}

/** Said and true visual tokens, with intervals over seeds where there are several. */
function cosinesFigure(runs: Runs): Figures {
  const found = resultsOf(runs, arm(LOSSES).name)
    .flatMap(({ cosines }) => cosines === undefined ? [] : [cosines]);
  const points = ([["afterTruth", "after true tokens"], ["afterOwn", "after its own"]] as const)
    .flatMap(([of, name]) =>
      (found[0]?.[of] ?? []).map((_, i): plot.CosinePoint => {
        const { mean: cosine, ...ends } = bootstrapMean(found.map((one) => [one[of][i]]));
        return { name, position: i + 1, cosine, ...(found.length > 1 ? ends : {}) };
      })
    );
  if (points.length === 0) return {};
  const title = `Visual tokens of held-out captions, said and true: ${arm(LOSSES).name}`;
  return { metamorph_cosines: plot.cosines(points, { title }) };
}

/** Tasks of which a caption is shown. */
const SHOWN = ["counting", "position", "attribution"];

/**
 * What the visualizer makes of the first tokens that a model says of three captions.
 *
 * @param from the folder of a seed
 * @throws CheckpointError where its model is not there
 */
export async function unfoldingFigure(
  from: string,
  scenes: EmojiScenes,
  device: Device,
): Promise<Figures> {
  using model = await MetaMorph.load(`${from}/${folderOf(arm(LOSSES).name)}`, { device });
  const { seed } = scenes;
  const draw = truePicture(scenes);
  const captioned = evaluationCaptions(scenes.world, { perTask: 1, seed })
    .filter(({ spec }) => SHOWN.includes(spec.task))
    .map(({ caption }) => ({ caption, picture: draw(caption, new Random(seed, caption)) }));
  const { tokens } = model.visualizer.config;
  const said = await predictTokens(model, captioned);
  const rows = await Array.fromAsync(captioned, async ({ caption }, i) => {
    const drawn = await model.visualizer.unfold(said[i].afterOwn, { seed });
    return {
      caption,
      pictures: drawn.map(({ picture }) => picture),
      cosines: cosinesByPosition([said[i].afterOwn], [said[i].truth], tokens),
    };
  });
  const title = "Of the first visual tokens that the model says, with nothing after them";
  return { metamorph_unfolding: plot.unfolding(rows, { title }) };
}
