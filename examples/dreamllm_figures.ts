/** What `deno task dreamllm` found, as figures. */
import { plot, RECIPES } from "../mod.ts";
import { arm, DRAWING, EXPERIMENTS } from "./dreamllm_arms.ts";
import type { DreamRun } from "./dreamllm_results.ts";
import { QUERIES_IN_ORDER, SHARES } from "./dreamllm_tables.ts";
import { resultsOf } from "./study_results.ts";

type Runs = readonly DreamRun[];
type Figures = Record<string, plot.Figure>;

/** Figures of all that is there. */
export function dreamFigures(runs: Runs): Figures {
  return { ...queriesFigure(runs), ...recipesFigure(runs) };
}

function queriesFigure(runs: Runs): Figures {
  const points = QUERIES_IN_ORDER.flatMap((queries) =>
    runs.flatMap((run) =>
      resultsOf([run], arm(DRAWING, { queries }).name).flatMap(({ geneval, distances }) => {
        const about = { name: "DreamLLM", samples: queries, seed: run.seed };
        return [
          { ...about, task: "GenEval", score: geneval.overall },
          { ...about, task: "Fréchet distance", score: distances.drawn.frechet },
        ];
      })
    )
  );
  if (points.length === 0) return {};
  const title = "40k samples of drawing, by the number of dream queries";
  const label = "dream queries →";
  return { dreamllm_queries: plot.alignmentCurves(points, { title, label, log: true }) };
}

/** Three recipes, measure by measure. */
function recipesFigure(runs: Runs): Figures {
  const scores = SHARES.flatMap(([measure, value]) =>
    EXPERIMENTS[5].arms.flatMap(({ name, recipe }) =>
      resultsOf(runs, name).map((result) => {
        return { name: RECIPES[recipe].title, measure, score: value(result) };
      })
    )
  ).filter(({ score }) => Number.isFinite(score));
  if (scores.length === 0) return {};
  const title = "Three recipes after the same samples";
  return { three_recipes: plot.sideBySide(scores, { title }) };
}
