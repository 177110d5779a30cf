"""A mail as it was sent: what its HTML may not do, what stays of it, the words marked, and what is withheld."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from app.web.mail_frame import POLICY, TAGS, marked, sanitised
from indexer.errors import UnreadableFile
from indexer.mail_html import mail_html
from indexer.original import withholds
from tests.browser_payloads import HIT, REMOTE, payloads

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6300010000050001"
    "0d0a2db40000000049454e44ae426082"
)
RICH = "<p>Hello <b>Ines</b>, go-live is <span style='color:red;position:fixed'>ten&nbsp;weeks</span> after kickoff.</p>"


def mail(html: str, picture: bytes | None = None, plain: str = "Hello") -> bytes:
    """A mail in both ways of writing, with a picture of its own if there is one."""
    message = EmailMessage()
    message["From"], message["To"] = "Paul <paul@l.example>", "Ines <ines@t.example>"
    message["Subject"], message["Date"] = "Plan", "Thu, 12 Mar 2026 09:00:00 +0000"
    message["Message-ID"] = "<plan@l.example>"
    message.set_content(plain)
    message.add_alternative(html, subtype="html")
    if picture is not None:
        rich = message.get_payload()[1]  # type: ignore[index]
        rich.add_related(picture, "image", "png", cid="<logo>")  # type: ignore[union-attr]
    return message.as_bytes()


@pytest.mark.parametrize("payload", payloads())
def test_no_payload_keeps_a_script_an_event_or_an_address(payload: str) -> None:
    clean = sanitised(f"<div>{payload}</div>", {}).lower()
    shown = marked(clean, "payload")
    for piece in (clean, shown):
        tags = [t for t in piece.split("<")[1:]]
        assert all(t.lstrip("/").split(">")[0].split(" ")[0] in TAGS for t in tags), piece
        assert not any(REMOTE in t.split(">")[0] or " on" in t.split(">")[0] for t in tags), piece
        assert not any(a in t.split(">")[0] for t in tags for a in ("href", "src=", "url(", "javascript:"))  # fmt: skip


def test_the_control_the_looks_of_a_mail_stay() -> None:
    clean = sanitised(RICH + "<table bgcolor='#eeeeee'><tr><td width=40>x</td></tr></table>", {})
    assert "<b>Ines</b>" in clean
    assert "color:red" in clean.replace(" ", "")
    assert "position" not in clean
    assert 'bgcolor="#eeeeee"' in clean


def test_only_a_picture_that_the_mail_brought_is_shown(tmp_path: Path) -> None:
    html = f"<p>Look</p><img src='cid:logo' alt='Logo'><img src='{REMOTE}/a.png'><img src='data:text/html,x'><img src='cid:no'>"
    (tmp_path / "plan.eml").write_bytes(mail(html, PIXEL))
    given = mail_html(tmp_path, "plan.eml")
    assert list(given.pictures) == ["logo"]
    clean = sanitised(given.html, given.pictures)
    assert clean.count("src=") == 1
    assert 'src="data:image/png;base64,' in clean
    assert REMOTE not in clean


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("go-live is ten weeks after kickoff.", True), ("Hello Ines, go-live", True), ("Ines", True),
        ("TEN   weeks\nafter", True), ("eleven weeks", False), ("", False),
    ],
)  # fmt: skip
def test_the_quoted_words_are_marked_across_elements(words: str, whole: bool) -> None:
    from selectolax.lexbor import LexborHTMLParser

    clean = sanitised(RICH, {})
    shown = marked(clean, words)
    tree = LexborHTMLParser(shown)
    said = "".join(m.text() for m in tree.css("mark"))
    assert "".join(said.lower().replace("\xa0", " ").split()) == ("".join(words.lower().split()).rstrip(".") if whole else "")  # fmt: skip
    assert shown.replace("<mark>", "").replace("</mark>", "") == clean


def test_the_frame_may_load_and_run_nothing() -> None:
    assert "default-src 'none'" in POLICY
    assert "sandbox" in POLICY
    assert "allow" not in POLICY
    assert "script-src" not in POLICY
    assert "http" not in POLICY
    assert HIT not in sanitised(f"<script>{HIT}</script>", {})


@pytest.mark.parametrize(
    ("path", "content", "inner"),
    [
        ("plan.eml", mail(RICH), "plan.eml"),
        ("box.mbox", b"From paul Thu Mar 12 09:00:00 2026\n" + mail(RICH), "box.mbox!/plan@l.example"),
    ],
)  # fmt: skip
def test_a_mail_is_found_again_where_it_was_indexed(
    tmp_path: Path, path: str, content: bytes, inner: str
) -> None:
    (tmp_path / path).write_bytes(content)
    assert "go-live" in mail_html(tmp_path, inner).html


def test_a_plain_mail_says_so_and_a_missing_one_too(tmp_path: Path) -> None:
    (tmp_path / "plain.eml").write_bytes(b"From: a@b.example\nSubject: Hi\n\nWords\n")
    with pytest.raises(UnreadableFile, match="plain text"):
        mail_html(tmp_path, "plain.eml")
    with pytest.raises(UnreadableFile, match="no longer"):
        mail_html(tmp_path, "gone.eml")


def test_a_deal_that_withholds_words_shows_no_original(tmp_path: Path) -> None:
    from indexer.page_images import page_image
    from tests.test_readers_documents import make_pdf

    (tmp_path / "plan.eml").write_bytes(mail(RICH))
    (tmp_path / "order.pdf").write_bytes(make_pdf([[(72, 700, "Secret price")]]))
    home = tmp_path / "home"
    page_image(home, "a", "id", tmp_path, "order.pdf", 1)
    assert not withholds(tmp_path)
    (tmp_path / "deal.yaml").write_text("redact:\n  - Secret\n")
    assert withholds(tmp_path)
    with pytest.raises(UnreadableFile, match="withheld"):
        mail_html(tmp_path, "plan.eml")
    (tmp_path / "deal.yaml").write_text("redact: {broken")
    with pytest.raises(UnreadableFile, match="withheld"):
        page_image(home, "a", "id", tmp_path, "order.pdf", 1)
