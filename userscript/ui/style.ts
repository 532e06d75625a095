/**
 * Kitsu's look (src/variables.scss, Bulma's system fonts, radius 10px, labels in small capitals), with the colours darkened or
 * lightened where Kitsu's own would fail WCAG AA. Its custom properties don't reach an element on the body, so they are here again.
 * Forced colours need nothing: what looks like an edge is a border. `unicode-bidi` is what `dir=auto` does, for every text.
 */
export const STYLE = `
:host{all:initial;--card:#fff;--line:#dbdbdb;--text:#4a4a4a;--strong:#202225;--accent:#5e60ba;--success:#008732;--warning:#9a4b00;--error:#da002c}
:host([data-theme=dark]){--card:#46494f;--line:#62666e;--text:#eee;--strong:#fff;--accent:#c9cbff;--success:#8fdc74;--warning:#ffc107;--error:#ffa3b3;color-scheme:dark}
*{box-sizing:border-box;margin:0;padding:0;font:inherit;color:inherit;overflow-wrap:anywhere}
[hidden],p:empty,.presses:empty{display:none!important}
.layer{position:fixed;inset:auto 0 0 auto;z-index:999999;display:flex;flex-direction:column;gap:8px;width:min(404px,100vw);max-height:calc(100vh - 92px);padding:16px;border:0;background:none;overflow:hidden auto;pointer-events:none;font:14px/1.45 system-ui;color:var(--text)}
.card,button{pointer-events:auto;background:var(--card)}
.card,button,.press,.scroll{border:1px solid var(--line);border-radius:10px}
.card{flex:none;box-shadow:0 3px 14px #0004}
.row{display:grid;grid-template-columns:18px 1fr auto;gap:0 10px;padding:10px 10px 12px 14px}
svg{display:block;width:18px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round}
.tone{height:18px;margin-top:2px;color:var(--accent)}
[data-tone=success]>.tone{color:var(--success)}
[data-tone=warning]>.tone{color:var(--warning)}
[data-tone=error]>.tone{color:var(--error)}
[data-tone=pending]>.tone{animation:turn 1s linear infinite}
p,td,th,summary,.press{white-space:pre-line;unicode-bidi:plaintext}
.name,th{font-size:11px;letter-spacing:1px;text-transform:uppercase}
.title,summary{font-weight:600;color:var(--strong)}
.presses,.bar{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}
.bar{position:sticky;bottom:0;justify-content:end;margin:0}
button,.press{display:inline-block;min-height:32px;padding:5px 12px;color:var(--strong);text-decoration:none;cursor:pointer}
button:hover,.press:hover,.press:first-child{border-color:var(--accent);color:var(--accent)}
:focus-visible{outline:2px solid var(--accent)}
.close{height:24px;min-height:0;padding:2px;border-color:var(--card)}
.round{padding:6px}
summary{padding:4px 0}
.scroll{max-height:240px;overflow:auto}
li+li,td{border-top:1px solid var(--line)}
table{border-collapse:collapse;width:100%}
th,td{padding:5px 12px;text-align:start;overflow-wrap:normal}
.panel .scroll{border-width:1px 0 0}
.say{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@keyframes turn{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion){*{animation:none!important}}
`;
