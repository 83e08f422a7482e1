/** The style sheet of all pages: large type, one column, the button within thumb's reach; light and dark. */
export const style = `
:root{color-scheme:light dark;--back:#f3f4f7;--card:#fff;--ink:#16191d;--soft:#59626e;--line:#dfe3e8;
--down:#b3261e;--up:#17743a;--wait:#7a5200;--act:#0b57d0;--on:#fff}
@media(prefers-color-scheme:dark){:root{--back:#101214;--card:#1b1e22;--ink:#eceff2;--soft:#a5afba;--line:#32373d;
--down:#ff8a80;--up:#7fdc9c;--wait:#f0c060;--act:#a8c7fa;--on:#062e6f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:34rem;min-height:100vh;min-height:100dvh;padding:20px 16px env(safe-area-inset-bottom);
display:flex;flex-direction:column;background:var(--back);color:var(--ink);
font:17px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.55rem;line-height:1.2;margin:0 0 4px}
h2{font-size:1.05rem;margin:22px 0 8px}
p{margin:8px 0}
.down{color:var(--down)}.up{color:var(--up)}.wait{color:var(--wait)}
.soft,small{color:var(--soft)}
small{font-size:.85rem}
.lines{white-space:pre-line}
.card{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:6px 16px;margin:12px 0}
dl{margin:0}
dl div{padding:9px 0;border-top:1px solid var(--line)}
dl div:first-child,li:first-child{border-top:0}
dt{font-size:.85rem;color:var(--soft)}
dd{margin:0}
ol,ul{margin:0;padding:0;list-style:none}
li{padding:10px 0;border-top:1px solid var(--line);display:flex;gap:10px}
li>span:first-child{flex:none;width:1.4em;text-align:center}
.progress:has(~ *),.now:has(+ li){display:none}
.now:first-child+li{border-top:0}
.act{margin-top:auto;padding:16px 0;position:sticky;bottom:0;background:var(--back)}
.button{display:block;width:100%;min-height:60px;padding:14px 16px;border:0;border-radius:16px;background:var(--act);
color:var(--on);font:inherit;font-size:1.2rem;font-weight:600;text-align:center;text-decoration:none;cursor:pointer;
touch-action:manipulation}
.danger{background:var(--down)}
@media(prefers-color-scheme:dark){.danger{color:#601410}}
.button:active{opacity:.75}
:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
label{display:block;margin:0 0 8px}
input{display:block;width:100%;min-height:56px;margin:6px 0 12px;padding:0 16px;border:2px solid var(--line);
border-radius:16px;background:var(--card);color:inherit;font:inherit;font-size:1.4rem}
`;
