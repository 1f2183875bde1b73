/** Stories that a model tells for a report, and how a report shows them. */
import { type Picture, plot, type RecipeModel } from "../mod.ts";

/** Tells each whole. */
export async function tellAll(
  model: RecipeModel,
  subjects: readonly string[],
  seed: number,
): Promise<plot.Composition[]> {
  const told = await model.composeAll(subjects, { seed });
  return told.map((parts, i) => {
    const composition = new plot.Composition(subjects[i]);
    for (const part of parts) composition.push(part);
    return composition;
  });
}

/** A figure for each that has pictures. */
export function storyFigures(told: readonly plot.Composition[]): plot.ReportFigure[] {
  return told.filter(({ pictures }) => pictures.length > 0).map((story) => ({
    heading: story.title[0].toUpperCase() + story.title.slice(1),
    figure: plot.pictureGrid(titled(story), { columns: 6 }),
  }));
}

/** The pictures of a story, each below the words that it follows on. */
function titled({ parts }: plot.Composition): { picture: Picture; title?: string }[] {
  return parts.flatMap((part, i) => {
    if (part.kind === "text") return [];
    const before = parts[i - 1];
    return [{ picture: part.picture, title: before?.kind === "text" ? before.text : undefined }];
  });
}
