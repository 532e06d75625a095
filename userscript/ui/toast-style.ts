/**
 * Kitsu's look (src/variables.scss, Bulma's system fonts, radius 10px, labels in small capitals), with the colours darkened or
 * lightened where Kitsu's own would fail WCAG AA. Its custom properties don't reach an element on the body, so they are here again.
 * Forced colours need nothing: what looks like an edge is a border. `unicode-bidi` is what `dir=auto` does, for every text.
 */
export const STYLE = `
:host{all:initial;--card:#fff;--line:#dbdbdb;--text:#4a4a4a;--strong:#202225;--accent:#5e60ba;--on-accent:#fff;--success:#008732;--warning:#9a4b00;--error:#c8002b}
:host([data-theme=dark]){--card:#46494f;--line:#62666e;--text:#eee;--strong:#fff;--accent:#bec0fa;--on-accent:#202225;--success:#8fdc74;--warning:#ffc107;--error:#ff9db0;color-scheme:dark}
*{scrollbar-color:var(--line) transparent;box-sizing:border-box;margin:0;border:0;padding:0;background:none;font:inherit;color:inherit;overflow-wrap:anywhere}
[hidden],p:empty,.presses:empty,.lists:empty{display:none!important}
.layer,dialog{font:14px/1.45 system-ui,sans-serif;color:var(--text)}
.layer{--cap:min(340px,calc(var(--room) - 92px));position:fixed;inset:auto;max-height:var(--room);overflow:hidden;z-index:999999;display:flex;flex-direction:column;pointer-events:none}
.reading{--cap:min(340px,calc(var(--room)/2 - 74px))}
.stack{display:flex;flex-direction:column;gap:8px;min-height:0;padding:16px 16px 12px;overflow:hidden auto;overscroll-behavior:contain}
dialog{padding:16px 16px 0;overflow:hidden auto;max-height:75vh;width:min(560px,100vw);margin:auto}
.sheet{width:min(760px,100vw)}
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
p,td,th,summary,.press{white-space:pre-line}
td,th,.press{unicode-bidi:plaintext}
.name,th{font-size:11px;letter-spacing:1px;text-transform:uppercase}
.title,summary{font-weight:600;color:var(--strong)}
.presses~*{margin-top:8px}
.presses,.lists,.bar{display:flex;flex-wrap:wrap;gap:6px;padding-top:8px}
.bar{flex:none;justify-content:flex-end;padding:0 16px 16px}
[data-side=left]>.bar{flex-direction:row-reverse}
dialog .bar{position:sticky;bottom:0;padding:16px 0;background:var(--card)}
button,.press{display:inline-block;width:auto;text-decoration:none;cursor:pointer}
button:hover,.press:hover,.presses>.press:first-child{border-color:var(--accent);color:var(--accent)}
:focus-visible{outline:2px solid var(--accent)}
button.submit{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button.dangerous{background:var(--error);border-color:var(--error)}
img{display:block;max-width:100%;max-height:120px;margin-top:8px;border-radius:6px}
progress{all:revert;width:100%;height:10px;accent-color:var(--accent)}
.toast{align-items:start;max-height:var(--cap);overflow:hidden auto}
.toast .presses{position:sticky;bottom:0;max-height:calc(var(--cap)/2);overflow:auto;background:var(--card);box-shadow:0 12px var(--card)}
.stack>.toast:last-child:not(.row-only)>.fold{display:none}
.fold[aria-expanded=true] svg{rotate:180deg}
.group>.name{padding:8px 14px}
.group>.toast{border-width:1px 0 0;border-radius:0 0 10px 10px;box-shadow:none}
.row-only{cursor:pointer}
.row-only :is(.name,.presses,.lists,img){display:none}
.row-only .text{font-size:12px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.stack>.row-only{padding-block:6px}
.stack>.row-only>div{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.stack>.row-only p:not(.name){display:inline;white-space:nowrap}
.stack>.row-only .text{margin-inline-start:8px}
.stack>.row-only progress{display:none}
.close{position:sticky;top:0;height:24px;min-height:0;padding:2px;border-color:var(--card)}
.round{padding:6px}
summary{padding:4px 0}
.scroll{max-height:240px;overflow:auto}
li+li,td{border-top:1px solid var(--line)}
table{border-collapse:collapse;width:100%}
th,td,.scroll label{padding:5px 12px;text-align:start;overflow-wrap:normal}
.panel{display:flex;flex-direction:column;min-height:min(120px,calc(var(--room)/2));max-height:calc(var(--room)/2);margin:0 16px 12px}
.sheet .scroll{margin-top:12px}
.panel .scroll{max-height:none;min-height:0;border-width:1px 0 0}
dialog .scroll{max-height:45vh}
.about{color:var(--strong)}
.say{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@keyframes turn{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion){*{animation:none!important}}
`;
