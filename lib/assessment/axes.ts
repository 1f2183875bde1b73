/**
 * GenEval's rules (arXiv 2310.11513), axis by axis: of each class the most confident objects are
 * looked at, as many as were asked for; object, count, colour and position are judged on those.
 */
import type { CaptionSpec, Sentence } from "../data/captions.ts";
import { CONCEPTS } from "../data/concepts.ts";
import { sceneFor } from "../data/random_scenes.ts";
import type { Relation } from "../data/scene.ts";
import { relationsOf } from "../data/relations.ts";
import { NUMBERS } from "../data/words.ts";
import type { World } from "../data/world.ts";
import { Random } from "../runtime/random.ts";
import { type Assessment, assessmentOf, type AxisAssessment } from "./assessment.ts";
import { axisOf } from "./facts.ts";
import { type ParsedObject, type ParsedScene, seenIn } from "./parsed_scene.ts";
import { type Requirement, type Requirements, requirementsOf } from "./requirements.ts";

/**
 * Judges what was seen against what was asked for. The verdict is GenEval's: good when everything
 * required is there, counts that are asked for are exact, and colours and positions hold.
 *
 * @example
 * ```ts
 * import { assessScene } from "./axes.ts";
 * import { requirementsOf } from "./requirements.ts";
 *
 * const box = { x: 0, y: 0, width: 14, height: 14 };
 * const seen = { background: "sky", objects: [{ concept: "heart", confidence: 1, box }] };
 * const asked = requirementsOf({ task: "counting", concept: "heart", count: 2 });
 * const { count, verdict } = assessScene(asked, seen);
 * if (count?.analysis !== "one heart seen, two asked" || verdict !== "bad") throw new Error();
 * ```
 */
export function assessScene(requirements: Requirements, seen: ParsedScene): Assessment {
  const found = requirements.include.map(({ class: concept, count }) =>
    seen.objects.filter((object) => object.concept === concept)
      .sort((a, b) => b.confidence - a.confidence).slice(0, count)
  );
  const axes = {
    object: objectAxis(requirements, found),
    count: countAxis(requirements, seen),
    color: colorAxis(requirements, found),
    position: positionAxis(requirements, found),
  };
  return assessmentOf(axes);
}

/**
 * The assessment of a picture that shows all that a caption asks for. There is one: whatever else
 * such a picture shows, the same facts are told of it.
 */
export function allRight(asked: CaptionSpec | Sentence, world: World): Assessment {
  return assessScene(requirementsOf(asked), seenIn(sceneFor(asked, world, new Random(0))));
}

/** The objects found for each requirement, in the order of `include`. */
type Found = readonly (readonly ParsedObject[])[];

function objectAxis({ include }: Requirements, found: Found): AxisAssessment {
  const there = include.filter((_, i) => found[i].length > 0);
  const missing = include.filter((_, i) => found[i].length === 0);
  const say = (part: readonly Requirement[], fact: string) =>
    part.length === 0 ? [] : [`${part.map((r) => r.class).join(" and ")} ${fact}`];
  return axisOf("object", [...say(there, "seen"), ...say(missing, "missing")].join(", "));
}

/** Only where more than what was asked for is wrong is the number spoken of. */
function countAxis({ include, exclude }: Requirements, seen: ParsedScene) {
  const required = include.filter((r) => exclude.some((limit) => limit.class === r.class));
  if (required.length === 0) return undefined;
  const [{ class: concept, count }] = required;
  const number = seen.objects.filter((object) => object.concept === concept).length;
  const noun = number === 1 ? concept : CONCEPTS[concept].plural;
  return axisOf("count", `${numberWord(number)} ${noun} seen, ${numberWord(count)} asked`);
}

function numberWord(number: number): string {
  return NUMBERS[number] ?? "many";
}

function colorAxis({ include }: Requirements, found: Found): AxisAssessment | undefined {
  const colored = include.flatMap((r, i) =>
    r.color === undefined ? [] : [{ ...r, seen: found[i] }]
  );
  if (colored.length === 0) return undefined;
  const isRight = (r: typeof colored[number]) =>
    r.seen.filter(({ color }) => color === r.color).length >= r.count;
  const clauses = colored.map((r) => {
    const seen = isRight(r) ? r.color : r.seen.find(({ color }) => color !== r.color)?.color;
    return `${seen ?? "none"} seen, ${r.color} asked`;
  });
  return axisOf("color", clauses.join(" and "));
}

function positionAxis({ include }: Requirements, found: Found): AxisAssessment | undefined {
  const index = include.findIndex((r) => r.position !== undefined);
  const position = include[index]?.position;
  if (position === undefined) return undefined;
  const [asked, target] = position;
  const relations = found[index].flatMap((a) =>
    found[target].map((b) => relationsOf(a.box, b.box))
  );
  const other = relations.find((held) => !held.includes(asked));
  const right = relations.length > 0 && other === undefined;
  const seen = right ? [asked] : other ?? [];
  const sides = seen.map(side).join(" and ") || "none";
  return axisOf("position", `${sides} seen, ${side(asked)} asked`);
}

/** "left of" as one word. */
function side(relation: Relation): string {
  return relation.replace(" of", "");
}
