/** What a model answers, judges, edits and tells, as a report has it. */
import {
  calibrationOf,
  type EmojiScenes,
  evaluateDetails,
  evaluateDrawing,
  evaluateEditing,
  evaluateJudge,
  evaluateStories,
  evaluationCaptions,
  type RecipeModel,
  type Report,
  type SceneParser,
} from "../mod.ts";

/** How much is measured: questions by number of things, captions by task, edits, stories. */
export interface Measured {
  readonly questions: number;
  readonly judged: number;
  readonly edits: number;
  readonly stories: number;
}

export const MEASURED: Measured = { questions: 600, judged: 48, edits: 300, stories: 150 };

/** Of things that nothing was trained on; stories are DreamLLM's. */
export async function abilitiesOf(
  model: RecipeModel,
  scenes: EmojiScenes,
  parser: SceneParser,
  { questions, judged, edits, stories }: Measured,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal },
): Promise<Pick<Report, "details" | "judging" | "editing" | "stories">> {
  const details = await evaluateDetails(model, scenes, { questions, seed });
  signal?.throwIfAborted();
  const { axes, verdict } = await evaluateJudge(model, scenes, { perTask: judged, seed });
  signal?.throwIfAborted();
  const careless = await judgedCareless(model, scenes, parser, { perTask: judged, seed });
  signal?.throwIfAborted();
  const editing = await evaluateEditing(model, scenes, parser, { edits, seed });
  signal?.throwIfAborted();
  const told = model.recipe === "dreamllm"
    ? await evaluateStories(model, scenes, parser, { stories, seed })
    : undefined;
  return {
    details: Object.fromEntries(
      Object.entries(details).map(([things, own]) => [things, known(own)]),
    ),
    judging: {
      ...Object.fromEntries(
        Object.entries({ ...axes, verdict }).map(([axis, { accuracy }]) => [axis, accuracy]),
      ),
      careless,
    },
    editing,
    ...(told === undefined ? {} : { stories: known(told) }),
  };
}

/** How the model judges drawings of which more are wrong than it has to draw. */
async function judgedCareless(
  model: RecipeModel,
  scenes: EmojiScenes,
  parser: SceneParser,
  { perTask, seed }: { readonly perTask: number; readonly seed: number },
) {
  const captions = evaluationCaptions(scenes.world, { perTask, seed });
  const options = { seed, temperature: 1, guidance: 1 };
  const { drawings } = await evaluateDrawing(model, parser, captions, options);
  const judgements = await model.judge(drawings);
  const { accuracy, kappa } = calibrationOf(
    drawings.map(({ correct }, i) => ({ judgement: judgements[i], isRight: correct })),
  );
  return {
    right: drawings.filter(({ correct }) => correct).length / drawings.length,
    agreement: accuracy,
    ...(Number.isFinite(kappa) ? { kappa } : {}),
  };
}

/** What there was nothing to count of is left out. */
function known(scores: object): Record<string, number> {
  return Object.fromEntries(Object.entries(scores).filter(([, score]) => !Number.isNaN(score)));
}
