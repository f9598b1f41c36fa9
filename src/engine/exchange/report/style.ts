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
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 16px; }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
.tile b { display: block; font-size: 19px; font-weight: 600; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; }
figure { margin: 0; }
figcaption { font-weight: 600; margin-bottom: 4px; }
svg { width: 100%; height: auto; display: block; overflow: visible; }
svg text { fill: var(--muted); font-size: 11px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--line); stroke-width: 1; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 12px; padding: 0; list-style: none; }
.legend li { display: flex; align-items: center; gap: 8px; overflow-wrap: anywhere; min-width: 0; }
.legend svg { width: 28px; height: 8px; flex: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 4px 16px 4px 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
tr:last-child > * { border-bottom: 0; }
th { font-weight: 500; color: var(--muted); }
td.number, th.number { text-align: right; padding-right: 20px; white-space: nowrap; }
.best { font-weight: 650; color: var(--good); }
.scroll th[scope='row'] { white-space: nowrap; }
.pairs + .pairs { border-top: 1px solid var(--line); }
.pairs th { width: 34%; min-width: 140px; }
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
.matrix .right { background: color-mix(in srgb, var(--good) calc(var(--part) * 0.4), var(--panel)); }
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
@media print {
  :root { color-scheme: light; --bg: #ffffff; --panel: #ffffff; --line: #c6cfd7; --text: #000000; --muted: #444444;
    --ice: #0a69a5; --ice-bg: #cbe6f8; --ember: #a84a07; --ember-bg: #fbd9b8; --good: #0a7a55; --danger: #b92626;
    --c0: #6a45d1; --c1: #0a7a55; --c2: #b4237f; --c3: #8a6d00; --c4: #0b7a75; --c5: #b92626; --c6: #567a00;
    --c7: #7a5a40; --c8: #2f5fc4; --c9: #505e6a; }
  body { font-size: 11px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  section, .tile { border-radius: 0; }
  section:has(.cards), section:has(.pairs) { break-inside: auto; }
  h2, h3 { break-after: avoid; }
  tr, .tile, figure { break-inside: avoid; }
  .cards { grid-template-columns: repeat(6, 1fr); }
  .cards.pairwise { grid-template-columns: repeat(3, 1fr); }
  .scroll { overflow: visible; }
  a { color: inherit; }
}
`;
