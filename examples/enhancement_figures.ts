/** What `deno task self-enhancement` found, as figures: from its results, and from its models. */
import {
  COLORS,
  type Device,
  type EmojiScenes,
  evaluateDrawing,
  evaluationCaptions,
  Illume,
  plot,
  SceneParser,
} from "../mod.ts";
import { enhancementGains, type EnhancementRun } from "./enhancement_results.ts";

/** Captions of each of GenEval's tasks that are shown, and that are counted. */
const SHOWN = 2, COUNTED = 32;

const NUMBERS = ["none", "one", "two", "three", "four", "more"];

type Figures = Readonly<Record<string, plot.Figure>>;

/** The gains on one sheet, and how sure the first seed's model is of its drawings. */
export function resultFigures(runs: readonly EnhancementRun[]): Figures {
  const [{ seed, selfAssessed: { calibration } }] = runs;
  return {
    self_enhancement: plot.differences(enhancementGains(runs), {
      title: `What self-assessment gains, ${runs.length} seeds`,
    }),
    calibration: plot.calibration(calibration, {
      title: `How sure the model is of its drawings, seed ${seed}`,
    }),
  };
}

/**
 * The same captions drawn without and with assessments, and what the latter model draws for which
 * colour and number.
 * @param from the folder of a seed
 * @throws CheckpointError where its models are not there
 */
export async function modelFigures(
  from: string,
  scenes: EmojiScenes,
  device: Device,
): Promise<Figures> {
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const captions = evaluationCaptions(scenes.world, { perTask: COUNTED, seed: scenes.seed });
  const drawn = async (arm: string) => {
    const model = await Illume.load(`${from}/${arm}`, { device });
    using _store = model.store;
    return (await evaluateDrawing(model, parser, captions, { seed: scenes.seed })).drawings;
  };
  const [before, after] = [await drawn("base"), await drawn("assessments")];
  const byTask = [...Map.groupBy(captions.keys(), (i) => captions[i].spec.task).values()];
  const marked = ({ picture, correct }: typeof after[number]) =>
    ({ picture, mark: correct ? "good" : "bad" }) as const;
  const shown = byTask.flatMap((own) => own.slice(0, SHOWN)).map((i) => ({
    caption: captions[i].caption,
    before: marked(before[i]),
    after: marked(after[i]),
  }));
  const seen = after.map(({ spec, picture }) => ({ spec, objects: parser.parse(picture).objects }));
  const colors = seen.flatMap(({ spec, objects }) => {
    const asked = spec.task === "colors" ? [spec] : spec.task === "attribution" ? spec.objects : [];
    return asked.map(({ concept, color }) => ({
      truth: color,
      seen: objects.find((object) => object.concept === concept)?.color ?? "none",
    }));
  });
  const counts = seen.flatMap(({ spec, objects }) => {
    if (spec.task !== "counting") return [];
    const number = objects.filter(({ concept }) => concept === spec.concept).length;
    return [{ truth: NUMBERS[spec.count], seen: NUMBERS[Math.min(number, 5)] }];
  });
  return {
    before_after: plot.beforeAfter(shown, {
      title: "Held-out captions, drawn without and with assessments in the last stage",
      names: ["without", "with"],
    }),
    confused_colors: plot.confusion(colors, {
      title: "Colours asked for, and drawn",
      labels: [...COLORS, "none"],
    }),
    confused_counts: plot.confusion(counts, {
      title: "Numbers asked for, and drawn",
      labels: NUMBERS,
    }),
  };
}
