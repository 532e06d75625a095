/**
 * Kitsu's look (src/variables.scss, Bulma's system fonts, radius 10px, labels in small capitals), with the colours darkened or
 * lightened where Kitsu's own would fail WCAG AA. Its custom properties don't reach an element on the body, so they are here again.
 * Forced colours need nothing: what looks like an edge is a border. `unicode-bidi` is what `dir=auto` does, for every text.
 */
export const STYLE = `
:host{all:initial;--card:#fff;--line:#dbdbdb;--text:#4a4a4a;--strong:#202225;--accent:#5e60ba;--success:#008732;--warning:#9a4b00;--error:#da002c}
:host([data-theme=dark]){--card:#46494f;--line:#62666e;--text:#eee;--strong:#fff;--accent:#c9cbff;--success:#8fdc74;--warning:#ffc107;--error:#ffa3b3;color-scheme:dark}
*{box-sizing:border-box;margin:0;border:0;padding:0;background:none;font:inherit;color:inherit;overflow-wrap:anywhere}
[hidden],p:empty,.presses:empty{display:none!important}
.layer,dialog{padding:16px;overflow:hidden auto;font:14px/1.45 system-ui,sans-serif;color:var(--text)}
.layer{max-height:68vh;scroll-padding-bottom:64px;position:fixed;inset:auto 0 0 auto;z-index:999999;display:flex;flex-direction:column;gap:8px;width:min(404px,100vw);pointer-events:none}
dialog{max-height:75vh;width:min(560px,100vw);margin:auto;padding-bottom:0}
dialog::backdrop{background:#0009}
.field{margin-top:12px}
.card,button{pointer-events:auto;background:var(--card)}
.card,button,.press,.scroll,input,select,textarea{border:1px solid var(--line);border-radius:10px}
input,select,textarea{width:100%;border-color:#90949b}
button,.press,input,select,textarea{min-height:32px;padding:5px 12px;color:var(--strong)}
[type=checkbox]{all:revert;margin-inline-end:8px;vertical-align:-2px}
.scroll label{display:block}
::placeholder,[aria-disabled=true]{color:var(--text);opacity:.8}
[aria-invalid]{border-color:var(--error)}
.error{color:var(--error)}
.card{flex:none;box-shadow:0 3px 14px #0004}
.row{display:grid;grid:auto/auto-flow;grid-template-columns:18px minmax(0,1fr);gap:0 10px;padding:10px 10px 12px 14px}
svg{display:block;width:18px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round}
.tone{height:18px;margin-top:2px;color:var(--accent)}
[data-tone=success]>.tone{color:var(--success)}
[data-tone=warning]>.tone{color:var(--warning)}
[data-tone=error]>.tone{color:var(--error)}
[data-tone=pending]>.tone{animation:turn 1s linear infinite}
p,td,th,summary,.press{white-space:pre-line;unicode-bidi:plaintext}
.name,th{font-size:11px;letter-spacing:1px;text-transform:uppercase}
.title,summary{font-weight:600;color:var(--strong)}
.presses~*{margin-top:8px}
.presses,.bar{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}
.bar{position:sticky;bottom:0;justify-content:end;margin:0}
form>.bar{padding:16px 0;background:var(--card)}
button,.press{display:inline-block;width:auto;text-decoration:none;cursor:pointer}
button:hover,.press:hover,.press:first-child{border-color:var(--accent);color:var(--accent)}
:focus-visible{outline:2px solid var(--accent)}
button.submit{background:#008732;color:#fff}
button.dangerous{background:#da002c}
img{display:block;max-width:100%;max-height:120px;margin-top:8px;border-radius:6px}
progress{all:revert;width:100%;height:10px;accent-color:var(--accent)}
.layer>.toast>.fold{display:none}
.fold[aria-expanded=true] svg{rotate:180deg}
.group>.name{padding:8px 14px}
.group>.toast{border-width:1px 0 0;border-radius:0 0 10px 10px;box-shadow:none}
.group .row-only :is(.name,.presses,details,img){display:none}
.group .row-only .text{font-size:12px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.close{height:24px;min-height:0;padding:2px;border-color:var(--card)}
.round{padding:6px}
summary{padding:4px 0}
.scroll{max-height:240px;overflow:auto}
li+li,td{border-top:1px solid var(--line)}
table{border-collapse:collapse;width:100%}
th,td,.scroll label{padding:5px 12px;text-align:start;overflow-wrap:normal}
.panel .scroll{border-width:1px 0 0}
.say{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@keyframes turn{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion){*{animation:none!important}}
`;
