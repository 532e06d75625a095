// At home beside Kitsu: its greys, its violet, its round corners, light and dark. Greens and reds are those that have contrast enough.
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f6f6; --card: #fff; --raised: #f0f0f4; --border: #dbdbdb; --text: #3f4248; --strong: #202225; --quiet: #64676d;
  --accent: #5e60ba; --success: #008732; --failed: #c8002b; --warning: #9a4b00; --info: #5e60ba; --bar: #fff;
  --on-accent: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #36393f; --card: #2b2e34; --raised: #25282e; --border: #4d5159; --text: #e4e5e8; --strong: #fefefe; --quiet: #b4b7bd;
    --accent: #bec0fa; --success: #7fd364; --failed: #ff9db0; --warning: #ffc107; --info: #bec0fa; --bar: #202225;
    --on-accent: #202225;
  }
}
* { box-sizing: border-box; }
html { font: 15px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, Oxygen, Ubuntu, "Open Sans", sans-serif; }
body { margin: 0; background: var(--page); color: var(--text); }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
h1, h2, h3 { color: var(--strong); line-height: 1.25; margin: 0 0 .6em; }
h1 { font-size: 1.6rem; font-weight: 600; } h2 { font-size: 1.15rem; margin-top: 1.6em; } h3 { font-size: 1rem; margin-top: 1.2em; }
p, ul, ol { margin: 0 0 .9em; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { background: var(--raised); border: 1px solid var(--border); border-radius: 10px; padding: .8em 1em; overflow: auto; max-height: 30rem; }
.bar { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .6rem 1.2rem; background: var(--bar); border-bottom: 1px solid var(--border); }
.bar a { color: var(--text); text-decoration: none; padding: .3rem .2rem; } .bar a:hover { color: var(--strong); text-decoration: underline; }
.bar nav { display: flex; gap: 1.2rem; }
.brand { display: flex; gap: .6rem; align-items: center; font-weight: 600; }
main { max-width: 72rem; margin: 0 auto; padding: 1.6rem 1.2rem 4rem; }
section, .card { background: var(--card); border: 1px solid var(--border); border-radius: 10px; padding: 1.4rem 1.6rem; margin-bottom: 1.2rem; }
section > :first-child { margin-top: 0; } section > :last-child { margin-bottom: 0; }
.reply { border-top: 4px solid var(--look); }
.success, .done { --look: var(--success); } .failed { --look: var(--failed); } .warning, .skipped, .partial { --look: var(--warning); }
.info, .ask, .asked, .started { --look: var(--info); }
.mark { display: inline-grid; place-items: center; width: 1.5em; height: 1.5em; margin-right: .5em; border: 2px solid var(--look); border-radius: 50%; color: var(--look); font-size: .8em; font-weight: 700; vertical-align: .1em; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 1.05em; }
.advice { color: var(--strong); font-weight: 500; }
.outcomes, .links { list-style: none; padding: 0; }
.outcomes li { display: flex; flex-wrap: wrap; gap: .2rem .8rem; padding: .35rem 0; border-bottom: 1px solid var(--border); }
.state { color: var(--look); font-weight: 600; min-width: 4.5rem; } .label { color: var(--strong); } .reason { color: var(--quiet); }
.button, button { display: inline-block; font: inherit; min-height: 2.3rem; padding: .35rem 1rem; border: 1px solid var(--border); border-radius: 10px; background: var(--card); color: var(--strong); text-decoration: none; cursor: pointer; }
.button:hover, button:hover { border-color: var(--strong); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.effects { display: flex; flex-wrap: wrap; gap: .6rem; margin-bottom: .9em; } summary { cursor: pointer; color: var(--quiet); }
.copy { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; }
[hidden] { display: none; }
.table { overflow: auto; max-height: 70vh; margin: 1rem 0; border: 1px solid var(--border); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: 600; color: var(--strong); padding: .7rem .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem; border-top: 1px solid var(--border); overflow-wrap: anywhere; }
th { color: var(--quiet); font-size: .8rem; font-weight: 600; letter-spacing: .04em; text-transform: uppercase; white-space: nowrap; background: var(--raised); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.nowrap { white-space: nowrap; }
.tag { display: inline-block; padding: 0 .6em; border: 1px solid var(--look); border-radius: 2em; color: var(--look); font-size: .85em; font-weight: 600; white-space: nowrap; }
.document { width: 100%; height: 70vh; border: 1px solid var(--border); border-radius: 10px; background: #fff; }
.run, .quiet { color: var(--quiet); font-size: .9em; }
form.filter { display: flex; flex-wrap: wrap; gap: .8rem; align-items: end; margin-bottom: 1rem; }
label { display: grid; gap: .25rem; font-size: .85rem; color: var(--quiet); }
input, select { font: inherit; color: var(--strong); background: var(--card); border: 1px solid var(--quiet); border-radius: 10px; padding: .35rem .7rem; min-height: 2.3rem; max-width: 100%; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.4rem; margin: 0; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.alive { display: none; } html[data-kitsu-actions] .alive { display: block; } html[data-kitsu-actions] .dead { display: none; }
.steps li { margin-bottom: .5em; }
@media print { .bar, .filter, button { display: none; } body { background: #fff; } }
@media (forced-colors: active) { .mark, .tag, .reply { border-color: CanvasText; } }
`;
