/** Of the report alone: nothing is fetched. The hues of frozen and trainable are those of the window. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --bg: #f4f6f8; --panel: #ffffff; --line: #d5dde4; --text: #17202a; --muted: #505e6a;
  --ice: #0a69a5; --ice-bg: #cbe6f8; --ember: #a84a07; --ember-bg: #fbd9b8; --good: #0a7a55; --danger: #b92626;
  --c0: #6a45d1; --c1: #0a7a55; --c2: #b4237f; --c3: #8a6d00; --c4: #0b7a75; --c5: #b92626; --c6: #567a00; --c7: #7a5a40;
  --c8: #2f5fc4; --c9: #505e6a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0e1217; --panel: #151b22; --line: #27313c; --text: #e7edf3; --muted: #9aa8b6;
    --ice: #6cc4f5; --ice-bg: #17455f; --ember: #ff9d4d; --ember-bg: #6b3a14; --good: #4fd6a8; --danger: #ff7b7b;
    --c0: #b79bff; --c1: #4fd6a8; --c2: #ec7fbd; --c3: #e8d35a; --c4: #4fd0c4; --c5: #ff7b7b; --c6: #b9d94e; --c7: #d0b49c;
    --c8: #7fa6ff; --c9: #9aa8b6;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text);
  font: 14px/1.5 'Inter', 'Segoe UI', system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 22px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 0 0 12px; }
h3 { font-size: 13px; font-weight: 600; margin: 14px 0 6px; overflow-wrap: anywhere; }
p { margin: 0 0 8px; }
.lead { font-size: 15px; margin: 12px 0 0; max-width: 75ch; overflow-wrap: anywhere; }
.muted, .id { color: var(--muted); }
.id, code { font-family: ui-monospace, 'JetBrains Mono', 'DejaVu Sans Mono', monospace; font-size: 12px; }
section { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 16px 20px; margin-top: 16px;
  break-inside: avoid-page; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(122px, 1fr)); gap: 12px; margin-top: 16px; }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px;
  display: flex; flex-direction: column; justify-content: space-between; font-size: 13px; }
.tile b { font-size: 19px; font-weight: 600; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; }
figure { margin: 0; }
figcaption { font-weight: 600; margin-bottom: 4px; }
svg { width: 100%; height: auto; display: block; overflow: visible; }
svg text { fill: var(--muted); font-size: 11px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--line); stroke-width: 1; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.rule { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 1 3; stroke-linecap: round; }
svg .part { font-size: 10.5px; font-weight: 600; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr)); gap: 0 32px;
  align-items: start; margin-top: 12px; }
.columns th, .columns td { padding: 3px 8px 3px 0; font-size: 12px; }
.columns td.number, .columns th.number { padding-right: 6px; }
.columns .bars { width: 34%; min-width: 60px; white-space: nowrap; font-size: 0; vertical-align: middle; }
.bars span { display: inline-block; height: 9px; width: var(--part); background: var(--c0); vertical-align: middle; }
.bars span { border-right: 1px solid var(--panel); } .bars span + span, th + th .swatch { opacity: 0.55; }
.bars span + span + span, th + th + th .swatch { opacity: 0.28; }
.swatch { display: inline-block; width: 8px; height: 8px; margin-right: 5px; background: var(--c0); }
.columns.wide { grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); margin-top: 0; }
.columns.wide .pairs + .pairs { border-top: 0; }
.columns.wide .pairs th { width: 44%; }
.aside { font-size: 12px; margin: 10px 0 0; }
.figure { white-space: nowrap; }
.dense th, .dense td { padding-top: 1px; padding-bottom: 1px; font-size: 12px; }
.matrix-picture { max-width: 560px; } .matrix-picture p { margin-top: 8px; }
.matrix-picture .right { fill: var(--good); } .matrix-picture .wrong { fill: var(--danger); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 12px; padding: 0; list-style: none; }
.legend li { display: flex; align-items: center; gap: 8px; overflow-wrap: anywhere; min-width: 0; }
.legend svg { width: 28px; height: 8px; flex: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 4px 16px 4px 0; border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; }
th bdi, td bdi, .pairs td, .pairs th { overflow-wrap: anywhere; }
tr:last-child > * { border-bottom: 0; }
th { font-weight: 500; color: var(--muted); }
td.number, th.number { text-align: right; padding-right: 20px; }
td.number { white-space: nowrap; }
.best { font-weight: 650; color: var(--good); }
.beside td { overflow-wrap: anywhere; min-width: 12ch; }
.scroll td:first-child { min-width: 12ch; }
.scroll th[scope='row'] { min-width: 12ch; max-width: 42ch; }
.pairs + .pairs { border-top: 1px solid var(--line); }
.pairs th { width: clamp(110px, 24%, 220px); }
.mask { display: flex; flex-wrap: wrap; gap: 10px 6px; }
.block { display: flex; flex-direction: column; gap: 3px; max-width: 100%; }
.block > span { font-size: 11px; color: var(--muted); white-space: nowrap; }
.layers { display: flex; flex-wrap: wrap; gap: 2px; }
.layer { width: 14px; height: 18px; border-radius: 3px; border: 1.5px solid; font-size: 9px; line-height: 15px;
  text-align: center; }
.frozen { background: var(--ice-bg); border-color: var(--ice); color: var(--ice); }
.trainable { background: var(--ember-bg); border-color: var(--ember); color: var(--ember); border-radius: 9px; }
.key { display: inline-block; vertical-align: middle; margin-right: 6px; }
.good { color: var(--good); } .danger { color: var(--danger); }
.note { white-space: pre-wrap; overflow-wrap: anywhere; }
.two { display: grid; grid-template-columns: minmax(0, 1fr) minmax(200px, 260px); gap: 24px; align-items: start; }
.square { max-width: 260px; }
.diagonal { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 3 3; }
.bin { fill: var(--c0); opacity: 0.75; }
.matrix { width: auto; min-width: min(100%, 420px); }
.matrix th, .matrix td { padding: 6px 8px; text-align: center; border: 1px solid var(--line); }
.matrix tr:last-child > * { border-bottom: 1px solid var(--line); }
.matrix th[scope='row'] { text-align: right; }
.matrix b { display: block; font-weight: 600; }
.matrix span { font-size: 11px; color: var(--muted); }
.matrix th, .matrix td { vertical-align: middle; }
.matrix .right { box-shadow: inset 0 0 0 1.5px var(--good); background: color-mix(in srgb, var(--good) calc(var(--part) * 0.4), var(--panel)); }
.matrix .wrong { background: color-mix(in srgb, var(--danger) calc(var(--part) * 0.4), var(--panel)); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 16px; }
.cards.pairwise { grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); }
.card { break-inside: avoid; font-size: 12px; }
.card figcaption { font-weight: 400; overflow-wrap: anywhere; }
.card .path { display: block; color: var(--muted); }
.pictures { display: flex; gap: 4px; margin-bottom: 6px; }
.pictures img, .gone { flex: 1 1 0; min-width: 0; width: 0; aspect-ratio: 1; object-fit: contain; background: var(--bg);
  border-radius: 4px; }
.gone { display: grid; place-items: center; padding: 8px; color: var(--muted); text-align: center; }
footer { margin-top: 20px; color: var(--muted); font-size: 12px; }
@media (max-width: 640px) {
  main { padding: 20px 10px 32px; }
  section { padding: 12px 14px; }
  .two { grid-template-columns: 1fr; }
}
@media print {
  :root { color-scheme: light; --bg: #ffffff; --panel: #ffffff; --line: #c6cfd7; --text: #000000; --muted: #444444;
    --ice: #0a69a5; --ice-bg: #cbe6f8; --ember: #a84a07; --ember-bg: #fbd9b8; --good: #0a7a55; --danger: #b92626;
    --c0: #6a45d1; --c1: #0a7a55; --c2: #b4237f; --c3: #8a6d00; --c4: #0b7a75; --c5: #b92626; --c6: #567a00;
    --c7: #7a5a40; --c8: #2f5fc4; --c9: #505e6a; }
  body { font-size: 11px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  .tile { border-radius: 0; padding: 6px 8px; font-size: 10px; }
  .tile b { font-size: 13px; }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(84px, 1fr)); gap: 6px; }
  /* A box that is cut by a page's end looks broken; a rule above its title does not. */
  section { border: 0; border-top: 1.5px solid var(--text); border-radius: 0; padding: 8px 0 0; margin-top: 20px; }
  section:has(.cards), section:has(.dense), section:has(.aside), section:has(.columns:not(.wide)) { break-inside: auto; }
  h1, h2, h3, h2 + p { break-after: avoid; }
  tr, .tile, figure, .whole, .mask, .legend, .two { break-inside: avoid; }
  thead { display: table-header-group; }
  .charts svg text { font-size: 12px; }
  .aside, footer { font-size: 9.5px; }
  .charts { grid-template-columns: 1fr 1fr; gap: 12px 20px; }
  .columns { grid-template-columns: repeat(3, 1fr); gap: 0 20px; }
  .columns.wide { grid-template-columns: 1fr 1fr; }
  .columns:not(:has(table + table)) { grid-template-columns: 1fr; }
  th, td { padding: 2px 10px 2px 0; }
  .dense th, .dense td, .columns th, .columns td { padding-top: 1px; padding-bottom: 1px; font-size: 9.5px; }
  .mask { gap: 5px 4px; } .layer { width: 9.5px; height: 13px; font-size: 7.5px; line-height: 11px; border-width: 1px; }
  .block > span { font-size: 8.5px; } .layers { gap: 1px; }
  .matrix-picture { max-width: 420px; }
  .card { font-size: 9.5px; }
  .cards { grid-template-columns: repeat(6, 1fr); gap: 10px; }
  .cards.pairwise { grid-template-columns: repeat(3, 1fr); }
  .beside { table-layout: fixed; } .beside td { min-width: 0; }
  .scroll { overflow: visible; }
  a { color: inherit; }
}
`;
