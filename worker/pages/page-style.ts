// Looks like Kitsu: its grays, violet and round corners, light and dark. Greens and reds are chosen
// for sufficient contrast.
const DARK = `
    --page: #36393f; --card: #2b2e34; --raised: #25282e; --border: #4d5159; --text: #e4e5e8; --strong: #fefefe; --quiet: #b4b7bd;
    --accent: #bec0fa; --success: #7fd364; --failed: #ff9db0; --warning: #ffc107; --info: #bec0fa; --bar: #202225;
    --on-accent: #202225; --edge: #fff6;
    --tone-0: #a9abf5; --tone-1: #63c9a4; --tone-2: #f0a860; --tone-3: #ec8fbd; --tone-4: #7fbcee; --tone-5: #d8bb66; --tone-6: #b4b7bd; --tone-7: #f08a7f;`;

/** Uses Kitsu's theme if known (`data-theme`), else the system's. Prints in the light theme. */
export const style = `
:root {
  color-scheme: light;
  --page: #f6f6f6; --card: #fff; --raised: #f0f0f4; --border: #dbdbdb; --text: #3f4248; --strong: #202225; --quiet: #64676d;
  --accent: #5e60ba; --success: #008732; --failed: #c8002b; --warning: #9a4b00; --info: #5e60ba; --bar: #fff;
  --on-accent: #fff; --edge: #0006;
  --tone-0: #5e60ba; --tone-1: #2a8f6d; --tone-2: #d9822b; --tone-3: #b0407a; --tone-4: #2b7bbb; --tone-5: #8a6d1d; --tone-6: #7c848f; --tone-7: #c0392b;
}
@media screen {
  :root[data-theme=dark] { color-scheme: dark; ${DARK} }
}
@media screen and (prefers-color-scheme: dark) {
  :root:not([data-theme=light]) { color-scheme: dark; ${DARK} }
}
* { box-sizing: border-box; }
html { font: 15px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, Oxygen, Ubuntu, "Open Sans", sans-serif; }
body { margin: 0; background: var(--page); color: var(--text); }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
h1, h2, h3 { color: var(--strong); line-height: 1.25; margin: 0 0 .6em; }
h1 { font-size: 1.6rem; font-weight: 600; } h2 { font-size: 1.15rem; margin-top: 1.6em; } h3 { font-size: 1rem; margin-top: 1.2em; }
p, ul, ol { margin: 0 0 .9em; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: break-word; }
pre { background: var(--raised); border: 1px solid var(--border); border-radius: 10px; padding: .8em 1em; overflow: auto; max-height: 30rem; }
.bar { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .6rem 1.2rem; background: var(--bar); border-bottom: 1px solid var(--border); }
.bar a { color: var(--text); text-decoration: none; padding: .3rem .2rem; } .bar a:hover { color: var(--strong); text-decoration: underline; }
.bar nav { display: flex; gap: 1.2rem; }
.brand { display: flex; gap: .6rem; align-items: center; font-weight: 600; }
main { max-width: 72rem; margin: 0 auto; padding: 1.6rem 1.2rem 4rem; } main.wide { max-width: 96rem; }
section, .card { background: var(--card); border: 1px solid var(--border); border-radius: 10px; padding: 1.4rem 1.6rem; margin-bottom: 1.2rem; }
section > :first-child { margin-top: 0; } section > :last-child { margin-bottom: 0; }
.reply { border-top: 4px solid var(--look); }
.success, .done { --look: var(--success); } .failed { --look: var(--failed); } .warning, .skipped, .partial, .unconfirmed { --look: var(--warning); }
.info, .ask, .asked, .started { --look: var(--info); }
.mark { display: inline-grid; place-items: center; width: 1.5em; height: 1.5em; margin-right: .5em; border: 2px solid var(--look); border-radius: 50%; color: var(--look); font-size: .8em; font-weight: 700; vertical-align: .1em; }
.text { white-space: pre-wrap; overflow-wrap: break-word; font-size: 1.05em; }
.advice { color: var(--strong); font-weight: 500; }
.outcomes, .links { list-style: none; padding: 0; }
.links { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; } .outcomes li { display: flex; flex-wrap: wrap; gap: .2rem .8rem; padding: .35rem 0 .35rem 8rem; border-bottom: 1px solid var(--border); }
.state { color: var(--look); font-weight: 600; min-width: 7.2rem; margin-left: -8rem; } .label { color: var(--strong); } .reason { color: var(--quiet); } .reason:empty { display: none; }
.button, button { display: inline-block; font: inherit; min-height: 2.3rem; padding: .35rem 1rem; border: 1px solid var(--border); border-radius: 10px; background: var(--card); color: var(--strong); text-decoration: none; cursor: pointer; }
.button:hover, button:hover { border-color: var(--strong); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.effects { display: flex; flex-wrap: wrap; gap: .6rem; margin-bottom: .9em; } summary { cursor: pointer; color: var(--quiet); }
.copy { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; }
[hidden] { display: none; }
@media screen { .table:not(.whole) { max-height: 70vh; } } .table { overflow: auto; margin: 1rem 0; border: 1px solid var(--border); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: 600; color: var(--strong); padding: .7rem .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem; border-top: 1px solid var(--border); }
th { color: var(--quiet); font-size: .8rem; font-weight: 600; letter-spacing: .04em; text-transform: uppercase; white-space: nowrap; background: var(--raised); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
caption button { float: right; margin-left: 1rem; } .small { min-height: 0; padding: .1rem .7rem; border-radius: 2em; font-size: .8rem; font-weight: 600; }
.chart { margin: 2rem 0 1rem; } .chart figcaption { color: var(--strong); font-size: 1.15rem; font-weight: 600; margin-bottom: .5rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); gap: 0 2rem; } .charts > * { min-width: 0; } .charts details { margin-bottom: 1rem; } .roomy { min-width: 9rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; } .drawing { overflow-x: auto; } .drawing svg { display: block; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; padding: 0; font-size: .85rem; } .legend li { display: flex; align-items: center; gap: .4rem; }
.chart text { font-size: 12px; dominant-baseline: central; fill: var(--text); } .chart .name { text-anchor: end; }
.chart .value { font-weight: 600; fill: var(--strong); } .chart .tick { text-anchor: middle; fill: var(--quiet); } .chart .level, .chart .unit { text-anchor: end; } .chart .start { text-anchor: start; }
.chart .grid { stroke: var(--border); stroke-width: 1; } .chart .part { stroke: var(--edge); stroke-width: .75; } .chart .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
.tone-0 { --tone: var(--tone-0); } .tone-1 { --tone: var(--tone-1); } .tone-2 { --tone: var(--tone-2); } .tone-3 { --tone: var(--tone-3); } .tone-4 { --tone: var(--tone-4); } .tone-5 { --tone: var(--tone-5); } .tone-6 { --tone: var(--tone-6); } .tone-7 { --tone: var(--tone-7); }
.part:not([fill]) { fill: var(--tone); } .line:not([stroke]) { stroke: var(--tone); }
td { unicode-bidi: plaintext; } .fold { border-bottom: 1px solid var(--border); } .fold summary { padding: .5rem 0; color: var(--strong); } .find { margin: 1rem 0; max-width: 26rem; }
.nowrap { white-space: nowrap; } .whole [dir], .whole [dir] + td { min-width: 12rem; } .long { overflow-wrap: anywhere; min-width: 16rem; }
.tag { display: inline-block; padding: 0 .6em; border: 1px solid var(--look); border-radius: 2em; color: var(--look); font-size: .85em; font-weight: 600; white-space: nowrap; }
.document { width: 100%; height: 70vh; border: 1px solid var(--border); border-radius: 10px; background: #fff; }
.run, .quiet { color: var(--quiet); font-size: .9em; }
form.filter { display: flex; flex-wrap: wrap; gap: .8rem; align-items: end; margin-bottom: 1rem; } .filter select { max-width: 14rem; }
label { display: grid; gap: .25rem; font-size: .85rem; color: var(--quiet); }
input, select { font: inherit; color: var(--strong); background: var(--card); border: 1px solid var(--quiet); border-radius: 10px; padding: .35rem .7rem; min-height: 2.3rem; max-width: 100%; }
textarea { font: inherit; color: var(--strong); background: var(--card); border: 1px solid var(--quiet); border-radius: 10px; padding: .5rem .7rem; width: 100%; resize: vertical; }
.field { border: 0; padding: 0; margin: 0 0 1.1rem; max-width: 34rem; } .field > label, legend { display: block; color: var(--strong); font-size: .95rem; font-weight: 600; margin-bottom: .3rem; padding: 0; }
.field select, .field input:not([type=checkbox]) { width: 100%; } .field .box { display: flex; gap: .5rem; align-items: center; min-height: 1.8rem; color: var(--strong); font-size: .95rem; font-weight: 400; }
.field input[type=checkbox] { min-height: 0; width: 1.1rem; height: 1.1rem; accent-color: var(--accent); } .required { color: var(--failed); }
.help { color: var(--quiet); font-size: .9rem; margin: .25rem 0 0; } .error, .problem { color: var(--failed); font-weight: 500; } .error { margin: .25rem 0 0; font-size: .9rem; }
.seen { border-left: 4px solid var(--look, var(--border)); padding-left: .8rem; } .outdated { border-left: 4px solid var(--warning); padding-left: .8rem; } .problem { border-left: 4px solid var(--failed); padding-left: .8rem; } [aria-invalid] { border-color: var(--failed); }
.submit, .again, .again form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; } .submit { margin-top: 1.4rem; } .again { margin-bottom: 1.2rem; }
.dangerous { background: var(--failed); border-color: var(--failed); color: var(--on-accent); } .planned { --look: var(--info); } .undone { --look: var(--quiet); }
.picture { display: block; height: min(24rem, 50vw); max-width: 100%; aspect-ratio: auto 16/9; object-fit: contain; object-position: left; border-radius: 10px; } .started > .text { min-height: 1.5em; } .reply > .progress { display: flex; margin-bottom: .9em; } .progress { display: inline-flex; flex-wrap: wrap; gap: 0 .6rem; align-items: center; color: var(--quiet); font-variant-numeric: tabular-nums; } progress { accent-color: var(--accent); }
.waiting, .running { --look: var(--info); } .launch { flex-basis: 100%; } .launch .told { font-size: 1.05em; color: var(--strong); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.4rem; margin: 0; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: break-word; }
dl + .effects, dl + .quiet { margin-top: 1rem; }
.alive { display: none; } html[data-kitsu-actions] .alive { display: block; } html[data-kitsu-actions] .dead { display: none; }
.tasks { columns: 18rem; padding-left: 1.2rem; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.entries h3 { scroll-margin-top: 1rem; } .entries h3:target { border-left: 4px solid var(--accent); padding-left: .6rem; } .entries h3 + ul, .entries h3 + p { margin-top: 0; }
.steps li { margin-bottom: .5em; }
.tabs { display: flex; gap: .4rem; margin-bottom: 1rem; } .tabs a { padding: .35rem 1rem; border-radius: 2em; text-decoration: none; color: var(--text); } .tabs a:hover { background: var(--raised); } .tabs [aria-current] { background: var(--accent); color: var(--on-accent); font-weight: 600; }
.broken { --look: var(--failed); } .risky { --look: var(--warning); } .worth-knowing { --look: var(--info); } .fine { --look: var(--success); }
.findings { list-style: none; padding: 0; } .findings li { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: .2rem .8rem; padding: .5rem 0; border-bottom: 1px solid var(--border); } .findings .tag { justify-self: start; align-self: start; }
.findings p { margin: 0; overflow-wrap: anywhere; } .fix { color: var(--strong); } .fix::before { content: "→ "; } @media (max-width: 40rem) { .findings li { grid-template-columns: minmax(0, 1fr); } }
@page { margin: 14mm; }
@media print {
  html { font-size: 9.5pt; } .bar, .tabs, .filter, .links, .effects, .find, button, .again, .fold summary { display: none; } body, section { background: #fff; border: 0; padding: 0; } main { max-width: none; padding: 0; }
  .table { overflow: visible; margin: .6rem 0; } th { white-space: normal; } th, td { padding: .2rem .5rem; } caption { padding: .4rem .5rem; } caption:has(.unseen) { display: none; }
  .chart { margin: 1.2rem 0 .4rem; break-after: avoid; } .drawing { overflow: visible; } .drawing svg { width: 100%; height: auto; } .chart, .short, tr { break-inside: avoid; } caption, thead { break-after: avoid; } thead { display: table-header-group; }
  .part, .tag, th { print-color-adjust: exact; } a { color: inherit; text-decoration: none; }
}
@media (forced-colors: active) { .mark, .tag, .reply { border-color: CanvasText; } }
`;
