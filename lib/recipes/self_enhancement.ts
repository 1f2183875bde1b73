/**
 * What a model learns from assessments of its own drawings: step three of self-enhancing alignment
 * (ILLUME, arXiv 2412.06673, section 3.4). There a good picture makes one turn (assess), a bad one
 * two (assess, then correct). Here to assess is to answer the questions that a caption raises, a turn
 * each, in the words of all questions; a picture is also asked about what near misses of its caption
 * would show; and a correction is asked for in the words of all drawing. Assessments in one turn, in words
 * of their own, were learned less well (docs/LOG.md, 2026-11-29).
 */
import type { Assessment } from "../assessment/assessment.ts";
import { isJudged } from "../assessment/judged_language.ts";
import { foundIn } from "../assessment/points.ts";
import { type DataSet, endless } from "../data/data_set.ts";
import { type Document, picture } from "../data/document.ts";
import type { Picture } from "../data/picture.ts";
import type { Budget, Stage } from "../optim/mod.ts";
import type { Random } from "../runtime/mod.ts";
import { type StagePlan, unifiedStages } from "../unified/mod.ts";
import type { Preset } from "../vision/mod.ts";
import type { RecipeName } from "./model_files.ts";
import type { RecipeModel } from "./recipes.ts";
import type { AssessedDrawing } from "./self_generation.ts";
import { type Answered, ask, documents } from "./wording.ts";

const BUDGETS: Readonly<Record<Preset, Budget>> = {
  nano: { steps: 500, batchSize: 32, peakRate: 1.2e-3 },
  small: { steps: 700, batchSize: 32, peakRate: 1e-3 },
  base: { steps: 1000, batchSize: 128, peakRate: 3e-4 },
};

/** Of DreamLLM's rates: at full rate its stories forget much (docs/LOG.md, 2026-11-29). */
const GENTLE = 0.4;

/**
 * How long and how fast a model learns from its assessments.
 *
 * @example
 * ```ts
 * import { enhancementBudget } from "./self_enhancement.ts";
 *
 * const { steps, batchSize } = enhancementBudget("illume", "nano");
 * if (steps * batchSize !== 16_000) throw new Error("Expected 16,000 samples");
 * ```
 */
export function enhancementBudget(recipe: RecipeName, preset: Preset): Budget {
  const budget = BUDGETS[preset];
  return recipe === "dreamllm" ? { ...budget, peakRate: GENTLE * budget.peakRate } : budget;
}

/** How a model learns from its assessed drawings. */
export interface EnhancementOptions {
  /** Documents that are mixed in, by the names that the plan uses. */
  readonly documents: Readonly<Record<string, DataSet<Document>>>;
  /** A picture that shows a caption, for corrections. */
  readonly truePicture: (caption: string, random: Random) => Picture | Promise<Picture>;
  /** The stage that is learned again; default the last that the model's recipe has for `nano`. */
  readonly plan?: StagePlan;
  /** Default that of the model's recipe for `nano`. */
  readonly budget?: Budget;
  /** The share of assessments in what is learned, between 0 and 1; default 0.35. */
  readonly share?: number;
}

/** Of the bad pictures, the share that is corrected. */
const CORRECTED = 0.7;

/** How many captions a picture is held against, where it is not corrected. */
const CAPTIONS = 3;

/**
 * Step three: the last stage again, with the assessments in its mixture. Good and bad pictures come
 * up equally often, and so do good and bad captions of a picture, so that neither verdict is the
 * answer to everything.
 *
 * @throws RangeError where the share is none, and for assessments in other facts than a model's
 */
export function enhancementStage(
  model: RecipeModel,
  drawings: readonly AssessedDrawing[],
  {
    documents,
    truePicture,
    plan = model.lastStage,
    budget = enhancementBudget(model.recipe, "nano"),
    share = 0.35,
  }: EnhancementOptions,
): Stage {
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`Expected a share of assessments between 0 and 1, but found ${share}`);
  }
  const total = Object.values(plan.mixture).reduce((sum, weight) => sum + weight, 0);
  const assess = assessments(model, drawings, truePicture);
  const [stage] = unifiedStages(model, { ...documents, assess }, [{
    ...plan,
    rates: plan.rates ?? model.lastStage.rates,
    name: "self-enhancement",
    budget,
    mixture: { ...plan.mixture, assess: total * share / (1 - share) },
  }]);
  return stage;
}

function assessments(
  model: RecipeModel,
  drawings: readonly AssessedDrawing[],
  truePicture: EnhancementOptions["truePicture"],
): DataSet<Document> {
  const assessed = drawings.map((drawing) => {
    const held = [drawing, ...drawing.misses].map(({ caption, assessment }) => {
      return { assessment, answered: answered(model, caption, assessment) };
    });
    const byVerdict = Map.groupBy(held, ({ assessment }) => assessment.verdict);
    return { ...drawing, own: held[0], held: [...byVerdict.values()] };
  });
  const byVerdict = [...Map.groupBy(assessed, (one) => one.assessment.verdict).values()];
  return endless(model.seed, "assessments", async (random) => {
    const { own, caption, picture: shown, held } = random.pick(random.pick(byVerdict));
    if (own.assessment.verdict === "bad" && random.uniform() < CORRECTED) {
      return [
        ...documents.asked(shown, own.answered),
        { ask: ask.draw(caption), answer: [picture(await truePicture(caption, random))] },
      ];
    }
    const all = Array.from({ length: CAPTIONS }, () => random.pick(random.pick(held)).answered);
    // Captions of one picture raise some questions again.
    const asked = new Map(all.flat().map((one) => [one.question, one]));
    return documents.asked(shown, random.shuffle([...asked.values()]));
  });
}

/** The questions that a caption raises, with what an assessment found. */
function answered({ language }: RecipeModel, caption: string, assessment: Assessment): Answered[] {
  const points = isJudged(language) ? language.points(caption) : [];
  const found = foundIn(assessment, points);
  if (found !== undefined && found.length > 0) {
    return points.map(({ question, answer }, i) => ({ question, answer: answer(found[i]) }));
  }
  throw new RangeError(
    `Expected an assessment of "${caption}" in facts that its model is taught (an EndpointJudge ` +
      `that is told the language gives such), but found ${JSON.stringify(assessment)}`,
  );
}
