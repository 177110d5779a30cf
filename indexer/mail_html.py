"""The HTML that a mail was written in, taken out of its original by a child process, unsanitised.

The child is this module: `python -P -m indexer.mail_html`, one JSON line `{"root", "path"}` on stdin. It writes one JSON
object: `html` and `pictures` (data URIs by Content-ID), or `why` there is none.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from indexer.child import Child, ChildLost
from indexer.confine import confine
from indexer.errors import UnreadableFile
from indexer.original import WITHHELD, content_of, withholds

TIMEOUT_S = 20.0
MAX_HTML = 2_000_000
MAX_PICTURES_BYTES = 4 << 20
"""Of all pictures of one mail together; those beyond are left out."""


class MailHtml(NamedTuple):
    """A mail's own HTML: a stranger's words, to be sanitised before anybody sees them."""

    html: str
    pictures: dict[str, str]
    """What the mail brings itself, as data URIs by Content-ID."""


def mail_html(root: Path, path: str) -> MailHtml:
    """The HTML of the mail at `path` of the deal at `root`. Raises UnreadableFile with the reason where there is none."""
    if withholds(root):
        raise UnreadableFile(WITHHELD)
    wanted = {"root": str(root), "path": path}
    try:
        with Child("indexer.mail_html", wanted, TIMEOUT_S, TIMEOUT_S) as child:
            said = json.loads(child.line())
    except ChildLost as error:
        raise UnreadableFile(str(error)) from error
    if "why" in said:
        raise UnreadableFile(said["why"])
    return MailHtml(said["html"], said["pictures"])


def _said(root: Path, path: str) -> dict[str, Any]:
    from indexer.readers.base import Source
    from indexer.readers.mail import mail_at
    from indexer.readers.mail_parts import rich_body, shown_pictures

    outer = path if (content := content_of(root, path)) is not None else path.rpartition("!/")[0]
    content = content if content is not None else content_of(root, outer)
    message = mail_at(Source(outer, content), path) if content is not None else None
    if message is None:
        return {"why": "the mail is no longer where it was indexed"}
    html = rich_body(message)
    if not html.strip():
        return {"why": "this mail was sent as plain text"}
    if len(html) > MAX_HTML:
        return {"why": "this mail's page is too large to be shown; read its text"}
    return {"html": html, "pictures": dict(_pictures(shown_pictures(message)))}


def _pictures(found: list[tuple[str, str, bytes]]) -> list[tuple[str, str]]:
    left, kept = MAX_PICTURES_BYTES, []
    for name, kind, content in found:
        left -= len(content)
        if left >= 0:
            kept.append((name, f"data:{kind};base64,{base64.b64encode(content).decode()}"))
    return kept


def main() -> None:
    """Answer what stdin asks for."""
    order = json.loads(sys.stdin.readline())
    confine()
    try:
        said = _said(Path(order["root"]), order["path"])
    except UnreadableFile as error:
        said = {"why": str(error)}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
