"""Owns a mail as it was sent: what of its HTML may be shown, the frame's own policy, the quoted words marked.

Three walls, each enough alone: an allow-list of tags (ammonia's parser, the one that browsers specify), a policy that lets the
frame load nothing, a sandbox without scripts, forms, links or our origin.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping

POLICY = "; ".join(
    (
        "default-src 'none'", "img-src data:", "style-src 'unsafe-inline'", "form-action 'none'", "base-uri 'none'",
        "frame-ancestors 'self'", "sandbox",
    )
)  # fmt: skip
"""Styles of the mail's own elements only; `data:` is what `pictures` brought. No host at all."""

_BLOCKS = "p div br hr h1 h2 h3 h4 h5 h6 blockquote pre ul ol li dl dt dd center address"
_WORDS = (
    "span b strong i em u s strike del ins small big sub sup code tt font a abbr cite q mark img"
)
_TABLES = "table caption colgroup col thead tbody tfoot tr td th"
TAGS = frozenset(f"{_BLOCKS} {_WORDS} {_TABLES}".split())
_ALIGNED = {"align", "style", "dir"}
ATTRIBUTES = {
    **{tag: _ALIGNED for tag in TAGS},
    "td": _ALIGNED | {"colspan", "rowspan", "width", "valign", "bgcolor"},
    "th": _ALIGNED | {"colspan", "rowspan", "width", "valign", "bgcolor"},
    "table": _ALIGNED | {"width", "border", "cellpadding", "cellspacing", "bgcolor"},
    "font": {"color", "size", "face"},
    "img": {"src", "alt", "width", "height"},
    "ol": _ALIGNED | {"start", "type"},
}
STYLES = frozenset(
    "color background-color font-family font-size font-style font-weight text-align text-decoration line-height white-space "
    "vertical-align padding padding-top padding-right padding-bottom padding-left margin margin-top margin-right margin-bottom "
    "margin-left border border-top border-right border-bottom border-left border-color border-width border-style "
    "border-collapse width max-width list-style-type".split()
)
_GONE = frozenset(
    "script style title template noscript iframe object embed svg math textarea select".split()
)
"""Left out with all that is in them."""

_TAG = re.compile(r'<(?:[^">]|"[^"]*")*>')
_SIGN = re.compile(r"&#?\w{1,32};|.", re.S)


def sanitised(mail: str, pictures: Mapping[str, str]) -> str:
    """A stranger's HTML as elements that can only be looked at; pictures only those that the mail itself brought.

    Args:
        mail: the HTML.
        pictures: data URIs by Content-ID.
    """
    import nh3

    def kept(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) == ("img", "src"):
            return pictures.get(value.removeprefix("cid:"))
        return value

    return nh3.clean(
        mail, tags=set(TAGS), clean_content_tags=set(_GONE), attributes=ATTRIBUTES, attribute_filter=kept,
        url_schemes={"cid"}, filter_style_properties=set(STYLES), link_rel=None,
    )  # fmt: skip


def marked(clean: str, words: str) -> str:
    """Sanitised HTML with `words` marked where they first stand; unchanged if they don't stand there.

    Only letters and digits are compared, so that words are found however the mail breaks its lines.
    """
    signs = [
        (c, sign.start(), sign.end())
        for start, end in _texts(clean)
        for sign in _SIGN.finditer(clean, start, end)
        for c in _plain(html.unescape(sign[0]))
    ]
    wanted = _plain(words)
    at = "".join(c for c, _, _ in signs).find(wanted) if wanted else -1
    if at < 0:
        return clean
    first, last = signs[at][1], signs[at + len(wanted) - 1][2]
    for start, end in reversed(_texts(clean)):
        low, high = max(start, first), min(end, last)
        if low < high:
            clean = f"{clean[:low]}<mark>{clean[low:high]}</mark>{clean[high:]}"
    return clean


def _texts(clean: str) -> list[tuple[int, int]]:
    """Where text stands between the tags."""
    tags = [(m.start(), m.end()) for m in _TAG.finditer(clean)]
    edges = zip([0, *(end for _, end in tags)], [*(start for start, _ in tags), len(clean)], strict=True)  # fmt: skip
    return [(start, end) for start, end in edges if start < end]


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
