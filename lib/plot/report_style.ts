/** The report page's style sheet: one readable column, in the reader's own light or dark theme. */
export const reportStyle = `
:root { color-scheme: light dark; --paper: #fbfbfa; --ink: #1f2430; --quiet: #5f6875;
  --line: #dfe3e8; --card: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181d; --ink: #e6e8ec; --quiet: #9aa3b0; --line: #30343c; --card: #1e2127; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.6 Charter, "Bitstream Charter", "Iowan Old Style", Georgia, serif; }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 5rem; }
h1, h2, dl, table, figcaption, .made { font-family: Inter, system-ui, -apple-system, "Segoe UI",
  Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 0.5rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 3rem 0 0.75rem; }
p { margin: 0 0 1rem; }
.made { color: var(--quiet); font-size: 0.85rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem;
  margin: 1.5rem 0 0; }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 0.75rem 1rem; }
dt { color: var(--quiet); font-size: 0.78rem; line-height: 1.35; }
dd { margin: 0.15rem 0 0; font-size: 1.3rem; font-weight: 650; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; margin: 0 0 1.75rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; line-height: 1.4;
  font-variant-numeric: tabular-nums; }
th, td { padding: 0.45rem 0.75rem 0.45rem 0; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
thead th { color: var(--quiet); font-weight: 500; }
figure { margin: 1rem 0 1.75rem; background: #ffffff; border: 1px solid var(--line);
  border-radius: 10px; padding: 0.75rem; overflow-x: auto; }
figure svg { display: block; margin: 0 auto; }
@media (max-width: 34rem) {
  body { font-size: 16px; } main { padding-top: 2rem; } h1 { font-size: 1.6rem; }
  figure { margin-inline: -0.5rem; padding: 0.35rem; }
  figure svg { max-width: none !important; margin: 0; }
}
@media print { body { background: #ffffff; } figure { break-inside: avoid; } }
`;
