"""The authentic files in `SAMPLES=DIR` (`make test-samples`): what each gives, and whether all its words are there.

Skipped without the folder: nobody here wrote those files, so that they are no part of the project. What is expected
of each was looked up in the file itself (`tests/samples.yaml`). The words are counted by a second reader that shares
no code with Baton's: raw XML, `csv`, `email`, `html.parser`, pypdf, webvtt, plain JSON.
"""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import olefile
import pypdf
import pytest
import webvtt
import yaml

from indexer.manifest import Manifest
from indexer.models import RawArtifact
from indexer.reading import DealReading, read_deal
from indexer.walk import walk_deal

FOLDER = os.environ.get("SAMPLES", "")
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("samples.yaml").read_text()
)
WHOLE = 0.99
pytestmark = pytest.mark.skipif(not FOLDER, reason="SAMPLES=DIR make test-samples reads them")


@pytest.fixture(scope="module")
def deal() -> DealReading:
    """All samples read as one deal, by the child process that reads every deal."""
    return read_deal(walk_deal(Path(FOLDER)), Manifest())


def artifacts(deal: DealReading, path: str) -> list[RawArtifact]:
    """What came of one file, its members and attachments included."""
    return [a for a in deal.artifacts if a.path == path or a.path.startswith(f"{path}!/")]


# --- the second reader: the words a person finds in a file


def words(texts: Iterable[str]) -> Counter[str]:
    """Words without case and accents' composition; white space and marks don't count."""
    text = unicodedata.normalize("NFKC", " ".join(texts)).casefold()
    # A line's end may part a word; whether its hyphen is the word's own no reader can know.
    text = re.sub(r"(?<=\w)[-\u2010\u00ad]\s*(?=\w)", "", text)
    return Counter(re.findall(r"[^\W_]+", text))


def page(text: str) -> Iterator[str]:
    """Text nodes of HTML, without scripts and styles, with a space at every block."""
    parser, found = HTMLParser(convert_charrefs=True), list[str]()
    vars(parser)["handle_data"] = found.append
    parser.feed(re.sub(r"(?is)<(style|script|head)\b.*?</\1>|<!--.*?-->", " ", text))
    blocks = re.compile(r"(?i)</?(?:p|div|br|td|th|tr|li|h\d|table|ul|ol|blockquote|pre)\b[^>]*>")
    if blocks.search(text):
        parser, found = HTMLParser(convert_charrefs=True), list[str]()
        vars(parser)["handle_data"] = found.append
        clean = re.sub(r"(?is)<(style|script|head)\b.*?</\1>|<!--.*?-->", " ", text)
        parser.feed(blocks.sub(" ", clean))
    yield "".join(found)


def markdown(text: str) -> Iterator[str]:
    """A Markdown file without its tags, link targets, and the names that stand before each turn."""
    plain = re.sub(r"\]\((?:[^()\s]|\([^()]*\))*\)", "] ", re.sub(r"</?[a-zA-Z][^<>]*>", "", text))
    heads = Counter(re.findall(r"(?m)^\**([^\n:*]{3,40}):", plain))
    for name in (name for name, times in heads.items() if times > 1):
        plain = re.sub(rf"(?m)^\**{re.escape(name)}:\**", "", plain)
    plain = re.sub(r"(?m)^\d\d:\d\d:\d\d$|^This editable transcript was .*$", "", plain)
    yield html.unescape(plain)


def package(content: bytes, names: str, tags: str) -> Iterator[str]:
    """Paragraphs of an Office file: runs without a break between; deleted text is no `t`."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in sorted(n for n in archive.namelist() if re.fullmatch(names, n)):
            for node in ElementTree.fromstring(archive.read(name)).iter():
                if re.fullmatch(r"\{[^}]*\}" + tags, node.tag):
                    if node.find("{*}fld[@type='slidenum']") is not None:
                        continue
                    inner = (t.text if t.tag.endswith("}t") else " " for t in node.iter()
                             if re.search(r"\}(?:t|tab|br|cr|noBreakHyphen)$", t.tag))  # fmt: skip
                    yield "".join(part or "" for part in inner)


def workbook(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        shared = (
            list(package(content, "xl/sharedStrings.xml", "si"))
            if "xl/sharedStrings.xml" in names
            else []
        )
        for name in sorted(n for n in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)):
            for cell in ElementTree.fromstring(archive.read(name)).iter():
                value = cell.findtext("{*}v") if cell.tag.endswith("}c") else None
                if value and cell.get("t") == "s":
                    yield shared[int(value)]
                elif value and cell.get("t") in ("str", "b"):
                    yield value
                elif value:
                    # How a number is shown is the cell's format: `$0.00`, a day, a percentage.
                    yield str(int(float(value))) if float(value).is_integer() else ""


def pdf(content: bytes) -> Iterator[str]:
    """Without the feet that only count pages and the column that counts a pleading's lines."""
    pages = [p.extract_text() for p in pypdf.PdfReader(io.BytesIO(content)).pages]
    text = "\n".join(line.strip() for page in pages for line in page.splitlines())
    text = re.sub(r"(?m)^Page \d{1,3}$", "", text)
    yield re.sub(r"(?:^\d{1,2}\n){10,}", "", text, flags=re.M)


def mail(content: bytes) -> Iterator[str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16").encode()
    message = message_from_bytes(content, policy=policy.default)
    yield str(message["Subject"] or "")
    body = message.get_body(("plain", "html"))
    if body is not None:
        text = str(body.get_content())
        yield from page(text) if body.get_content_subtype() == "html" else [text]
    for part in message.iter_attachments():
        if part.get_content_maintype() == "text":
            yield str(part.get_content())
    if body is None and not message.is_multipart():
        yield str(message.get_payload())


def mailbox(content: bytes) -> Iterator[str]:
    for one in re.split(rb"(?m)^From \S+ .*\n", content)[1:]:
        yield from mail(one)


def outlook(content: bytes) -> Iterator[str]:
    """Subject and body as the properties of the container hold them; HTML where there is no text."""
    with olefile.OleFileIO(io.BytesIO(content)) as box:
        streams = {"/".join(s): s for s in box.listdir()}

        def held(tag: str) -> str:
            for ending, encoding in (("001F", "utf-16-le"), ("001E", "cp1252"), ("0102", "utf-8")):
                if (name := f"__substg1.0_{tag}{ending}") in streams:
                    return box.openstream(streams[name]).read().decode(encoding, "replace")
            return ""

        yield held("0037")
        yield held("1000") or "".join(page(held("1013")))


def captions(content: bytes, form: str) -> Iterator[str]:
    text = content.decode("utf-8-sig")
    loose = io.StringIO(re.sub(r"</?v[^>]*>", "", text))
    for cue in webvtt.from_buffer(loose, format=form):
        yield re.sub(r"<[^>]*>", "", html.unescape(cue.text))


def calendar(content: bytes) -> Iterator[str]:
    text = re.sub(r"\r?\n[ \t]", "", content.decode())
    for event in re.findall(r"(?s)BEGIN:VEVENT(.*?)END:VEVENT", text):
        event = re.sub(r"(?s)BEGIN:VALARM.*?END:VALARM", "", event)
        for name in ("SUMMARY", "DESCRIPTION", "LOCATION"):
            for value in re.findall(rf"(?m)^{name}(?:;[^:\n]*)?:(.*?)\r?$", event):
                yield re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", "\n"))


def values(node: Any, wanted: re.Pattern[str], name: str = "") -> Iterator[str]:
    """Strings of JSON under keys that hold words."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from values(value, wanted, key)
    elif isinstance(node, list):
        for value in node:
            yield from values(value, wanted, name)
    elif isinstance(node, str) and wanted.fullmatch(name):
        yield "".join(page(node)) if re.search(r"<(?:p|br|div|strong)\b", node) else node


SPOKEN = {
    "gong": "text", "hubspot": "body|subject|text|value|dealname", "teams": "text",
    "salesforce": r"\w*(?:Label|[Nn]ame|Stage|[Tt]itle|phone|website|industry|\w+__c|Auto_Number)",
    "intercom": "body|name", "zendesk": "body|subject|description", "jira": "summary|name|displayName",
    "slack": "text|title|fallback",
}  # fmt: skip


def export(path: str, content: bytes) -> Iterator[str]:
    data = json.loads(content.decode("utf-8-sig"))
    system = path.split("/")[0]
    if system == "tickets":
        system = re.split(r"[-_/]", path)[1]
    if path.endswith("adf-document.json"):
        yield from values(data, re.compile("text"))
    elif system == "jira":
        for issue in data["issues"]:
            fields = issue["fields"]
            yield fields.get("summary") or ""
            yield fields["status"]["name"]
            body = fields.get("description")
            yield from values(body, re.compile("text")) if isinstance(body, dict) else [body or ""]
    elif system == "zendesk" and "ticket" in data:
        yield data["ticket"]["subject"] + " " + data["ticket"]["description"]
    elif system == "zendesk":
        yield from values(data, re.compile("body"))
    elif system == "hubspot" and "properties" in data:
        yield data["properties"]["amount"]["value"]
    elif system == "slack":
        yield from (slack_text(m) for m in (data if isinstance(data, list) else [data]))
    else:
        data.pop("attributes", None) if isinstance(data, dict) else None
        yield from values(data, re.compile(SPOKEN[system]))


def slack_text(message: dict[str, Any]) -> str:
    previews = (a.get(k) or "" for a in message.get("attachments") or [] for k in ("title", "text"))
    text = " ".join((message.get("text") or "", *previews))
    text = re.sub(r"<[@#!][^>|]*>", " ", text)
    text = re.sub(r"<[^>|]*\|([^>]*)>", r"\1", text)
    return html.unescape(re.sub(r"[<>]", " ", text))


def slack_archive(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"(?!__MACOSX).*/\d{4}-\d\d-\d\d\.json", name):
                yield from (slack_text(m) for m in json.loads(archive.read(name)))


BOOKKEEPING = re.compile(
    r"(?i)_fivetran.*|.*id|type|isdeleted|is_deleted|systemmodstamp|has\w+|property_hs_(?:body_|create|last).*"
    r"|created|facebook_comment|public|tweet|voice_comment|portal_id"
)


def table(content: bytes, encoding: str) -> Iterator[str]:
    """Cells but for ids, and what a copying tool or the system keeps for itself."""
    rows = csv.DictReader(io.StringIO(content.decode(encoding), newline=""))
    for row in rows:
        own = {"property_dealname", "STAGENAME", "engagement_id", "ticket_id"} & set(row)
        skipped = BOOKKEEPING if own else re.compile("")
        yield " ".join(v.removesuffix(".0") for k, v in row.items() if not skipped.fullmatch(k))


def independent(path: str, content: bytes) -> Iterator[str]:
    """The texts that a second reader finds in a sample."""
    suffix = path.rsplit(".", 1)[-1]
    charset = {"documents/cp1252.html": "cp1252", "documents/cp932.csv": "cp932",
               "salesforce/csv-bom-utf16le.csv": "utf-16"}.get(path, "utf-8-sig")  # fmt: skip
    if suffix == "docx":
        yield from package(
            content, r"word/(?:document|\w+notes|(?:head|foot)er\d*|comments)\.xml", "p"
        )
    elif suffix == "pptx":
        yield from package(content, r"ppt/(?:slides|notesSlides)/\w+\.xml", "p")
    elif suffix == "html":
        text = content.decode("iso-2022-jp" if b"iso-2022-jp" in content else charset)
        yield from page(text)
    elif suffix in ("vtt", "srt", "sbv"):
        yield from captions(content, suffix)
    elif suffix in ("md", "txt"):
        yield from markdown(content.decode()) if suffix == "md" else [content.decode()]
    elif suffix == "csv":
        yield from table(content, charset)
    elif suffix == "json":
        yield from export(path, content)
    else:
        readers = {"xlsx": workbook, "pdf": pdf, "eml": mail, "mbox": mailbox, "msg": outlook,
                   "ics": calendar, "zip": slack_archive}  # fmt: skip
        yield from readers[suffix](content)


def shown(found: Iterable[RawArtifact]) -> Counter[str]:
    """All words that Baton keeps of a file, with the speakers that stand beside the text."""
    texts = [part for a in found for s in a.segments for part in (s.text, s.speaker or "")]
    return words(texts + [p.name for a in found for p in a.participants])


READ = [path for path, e in EXPECTED.items() if "why" not in e and e.get("words", True)]
EXACT = ("docx", "pptx", "pdf", "md", "txt", "html", "vtt", "srt", "sbv")
"""Formats whose text holds nothing but the file's words: no names of fields, no subjects' labels."""


@pytest.mark.parametrize("path", READ)
def test_the_words_of_a_sample_are_all_there(deal: DealReading, path: str) -> None:
    wanted = words(independent(path, (Path(FOLDER) / path).read_bytes()))
    missing = wanted - shown(artifacts(deal, path))
    lost = missing.total() / max(wanted.total(), 1)
    assert wanted
    assert lost <= 1 - WHOLE, f"{lost:.1%} of {wanted.total()} words lost: {list(missing)[:20]}"


@pytest.mark.parametrize("path", [path for path in READ if path.endswith(EXACT)])
def test_no_other_words_are_there(deal: DealReading, path: str) -> None:
    """No markup, no deleted text, nothing twice."""
    wanted = words(independent(path, (Path(FOLDER) / path).read_bytes()))
    texts = [s.text for a in artifacts(deal, path) for s in a.segments]
    # A link's address stands behind its words.
    found = words(re.sub(r" \(\S+://\S+\)", "", text) for text in texts)
    added = found - wanted
    assert added.total() <= 0.01 * found.total(), f"{dict(added.most_common(20))}"


def first_and_last(found: Iterable[RawArtifact]) -> tuple[str, str]:
    texts = [s.text for a in found for s in a.segments] or [""]
    return texts[0], texts[-1]


@pytest.mark.parametrize("path", EXPECTED)
def test_a_sample_gives_what_stands_in_it(deal: DealReading, path: str) -> None:
    wanted, found = EXPECTED[path], artifacts(deal, path)
    if "why" in wanted:
        assert not found
        reasons = {n.path: n.why for n in deal.not_read}
        assert wanted["why"] in reasons[wanted.get("at", path)]
        return
    speakers = {s.speaker for a in found for s in a.segments if s.speaker}
    first, last = first_and_last(found)
    assert len(found) == wanted.get("artifacts", 1)
    assert sum(len(a.segments) for a in found) == wanted["segments"]
    named = wanted.get("speakers", [])
    assert len(speakers) == named if isinstance(named, int) else speakers == set(named)
    assert first.startswith(wanted.get("first", ""))
    assert last.endswith(wanted.get("last", ""))


def test_every_sample_is_expected_or_a_duplicate(deal: DealReading) -> None:
    own = {p.relative_to(FOLDER).as_posix() for p in Path(FOLDER).rglob("*") if p.is_file()}
    assert own - {"SOURCES.md"} == EXPECTED.keys()
