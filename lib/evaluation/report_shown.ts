/** What a cell and a console show of a report: its headlines. */
import { htmlBundle, htmlTable, htmlTitle, shown } from "../notebook/mod.ts";

/** What of a report is shown. */
interface Reported {
  readonly recipe?: string;
  readonly preset: string;
  readonly seed: number;
  readonly geneval?: { readonly overall?: number };
  readonly pope?: Readonly<Record<string, { readonly accuracy: number }>>;
  readonly judging?: { readonly verdict?: number };
  readonly editing?: { readonly both: number };
  readonly stories?: { readonly shown?: number };
  readonly retrieval?: { readonly captionsByPictures: { readonly recallAt1: number } };
}

/** The report, which from now on shows itself. */
export function shownReport<R extends Reported>(report: R): R {
  return shown(report, reportInWords, (report) => {
    const title = htmlTitle(titleOf(report));
    return htmlBundle(title + htmlTable(headlines(report)), reportInWords(report));
  });
}

/** A line, and where it stands alone another with what was measured. */
function reportInWords(report: Reported, { currentDepth } = { currentDepth: 0 }): string {
  const measured = headlines(report).map(([what, found]) => `${what} ${found}`).join(", ");
  return currentDepth > 0 || measured === ""
    ? titleOf(report)
    : `${titleOf(report)}\n  ${measured}`;
}

function titleOf({ recipe = "model", preset, seed }: Reported): string {
  return `Report of ${recipe} ${preset}, seed ${seed}`;
}

/** What was measured, each as one number. */
function headlines(report: Reported): [string, string][] {
  const { geneval, pope, judging, editing, stories, retrieval } = report;
  const splits = Object.values(pope ?? {}).map(({ accuracy }) => accuracy);
  const numbers: [string, number | undefined][] = [
    ["GenEval", geneval?.overall],
    ["POPE", splits.length === 0 ? undefined : splits.reduce((a, b) => a + b) / splits.length],
    ["verdicts on near misses", judging?.verdict],
    ["edits done and all else kept", editing?.both],
    ["pictures of stories that show what is told", stories?.shown],
    ["captions found first by pictures", retrieval?.captionsByPictures.recallAt1],
  ];
  return numbers.flatMap(([what, number]) =>
    number === undefined ? [] : [[what, number.toFixed(2)]]
  );
}
