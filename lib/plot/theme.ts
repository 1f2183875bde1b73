/** The look that all figures share: dark ink on white paper, in a notebook of either theme. */
export const theme = {
  paper: "#ffffff",
  ink: "#1f2430",
  quiet: "#667080",
  line: "#dfe3e8",
  good: "#1b8a4b",
  bad: "#c8372d",
  accent: "#5f86d8",
  pale: "#a9c0ee",
  font: "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  /** Colours for categories; each has a contrast of at least 3 to 1 against the paper. */
  series: [
    "#3b66c4",
    "#c4542d",
    "#2d8a57",
    "#8a4fbf",
    "#a37717",
    "#17859a",
    "#c03f78",
    "#667080",
  ],
} as const;

/** The colour of the `index`th category; starts again after the last. */
export function seriesColor(index: number): string {
  return theme.series[index % theme.series.length];
}
