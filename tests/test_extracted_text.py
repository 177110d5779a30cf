"""The extracted text is what a person finds in the file: every file is read again without Baton's readers.

Both texts, reduced to letters, digits and money signs, must agree sentence by sentence and wholly (not just by
97 %). Times, ids and speakers stand beside a text; what else Baton leaves out is said where the second reader
leaves it out too. Words that Baton adds (`When:`) are added here.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from app.session import Session

NO_TEXT = {"deal.yaml", "users.json", "channels.json", "integration_logs.json", "owners.json"}
"""Settings and directories: their names are shown in other artifacts, they say nothing themselves."""
DEFECTS: dict[str, str] = {}
Files = Mapping[str, bytes]
Found = dict[str, list[str]]  # pieces of text in reading order, by artifact


class Label(str):
    """A piece that may stand before the next one, in the same sentence."""


def norm(text: str) -> str:
    """Letters, digits and money signs; marks inside a number stay (1.5 is not 15)."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(re.findall(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+|[$€£%]", text))


def sentences(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.!?])\s+|[\n\t\f]+", text) if norm(s)]


def fault(text: str, pieces: Sequence[str]) -> str | None:
    """The first place where an extracted text departs from the pieces of its file."""
    wanted = [(n, isinstance(p, Label)) for p in pieces if (n := norm(p))]
    for sentence in sentences(text):
        todo = norm(sentence)
        while todo:
            rest, optional = wanted.pop(0) if wanted else ("", False)
            if rest and todo.startswith(rest) and not (optional and todo == rest):
                todo = todo[len(rest) :]
            elif rest.startswith(todo) and not optional:
                wanted.insert(0, (rest[len(todo) :], False))
                todo = ""
            elif not optional:
                return f"{sentence!r} is {'elsewhere' if norm(sentence) in norm(' '.join(pieces)) else 'not'} in the file; expected: {rest[:60]!r}"
    left = [n for n, optional in wanted if not optional]
    return f"left out at the end: {left[0][:60]!r}" if left else None


def captions(path: str, files: Files) -> Found:
    """Cues in order, without the `Name: ` that several of them begin with."""
    said = re.findall(r"-->.*\n((?:.+\n?)*)", files[path].decode().replace("\r", ""))
    heads = [s.partition(": ")[0] for s in said]
    return {path: [s.removeprefix(f"{h}: ") if heads.count(h) > 1 else s for h, s in zip(heads, said, strict=True)]}  # fmt: skip


def plain(path: str, files: Files) -> Found:
    """Notes as they are; a Zoom chat without its reactions, which say nothing."""
    text = files[path].decode("utf-8-sig")
    chat = re.findall(r"(?ms)^[\d:]{8}\t[^\t]*:\t(.*?)(?=^[\d:]{8}\t|\Z)", text)
    return {path: [s for s in chat or [text] if not re.match(r'Reacted to ".*" with ', s)]}


def parts(content: bytes, names: str, tag: str) -> Iterator[tuple[str, str, ElementTree.Element]]:
    """File, text and element for each `tag` in an Office package's files. Deleted text is no `t`."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in sorted(n for n in package.namelist() if re.fullmatch(names, n)):
            for node in ElementTree.fromstring(package.read(name)).iterfind(f".//{{*}}{tag}"):
                yield name, "".join(t.text or "" for t in node.iterfind(".//{*}t")), node


def word(path: str, files: Files) -> Found:
    """Paragraphs of the body, then of notes, footers, headers."""
    found = parts(files[path], r"word/(document|\w+notes|(head|foot)er\d*)\.xml", "p")
    whole = zipfile.is_zipfile(io.BytesIO(files[path]))
    return {path: [text for _, text, _ in found]} if whole else {}


def pdf(path: str, files: Files) -> Found:
    """Strings as drawn; a footer that only counts pages is kept once. No PDF library but Baton's own is
    here, so this knows what the demo uses: a stream a page, ASCII85, Flate, literal strings, WinAnsi."""
    lines, feet = list[str](), list[str]()
    for stream in re.findall(rb"\nstream\r?\n(.*?)endstream", files[path], re.S):
        drawn = zlib.decompress(base64.a85decode(b"<~" + stream.strip(), adobe=True))
        shown = re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", drawn, re.S)
        octal = [re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), s) for s in shown]
        page = [re.sub(rb"\\(.)", rb"\1", s).decode("cp1252") for s in octal]
        feet.append(re.sub(r"\d", "", page[-1]))
        lines += page[: -1 if feet.count(feet[-1]) > 1 else None]
    return {path: lines} if lines else {}


def excel(path: str, files: Files) -> Found:
    """Filled cells. A text may be labelled by any text above it, a number only by the nearest with letters."""
    pieces, above = list[str](), dict[tuple[str, str], list[str]]()
    shared = [text for _, text, _ in parts(files[path], "xl/sharedStrings.xml", "si")]
    for sheet, text, cell in parts(files[path], r"xl/worksheets/sheet\d\.xml", "c"):
        value, kind = cell.findtext("{*}v") or "", cell.get("t", "n")
        labels = above.setdefault((sheet, cell.get("r", "").rstrip("0123456789")), [])
        if kind == "n" and value:
            pieces += [*map(Label, labels[-1:]), f"{float(value):.8f}".rstrip("0").rstrip(".")]
        elif text := shared[int(value)] if kind == "s" else text:
            pieces += [*map(Label, labels), text]
            labels += re.findall(r".*[^\W\d_].*", text)
    return {path: pieces}


def page_words(page: str) -> str:
    """The text nodes of HTML."""
    parser, words = HTMLParser(), list[str]()
    vars(parser)["handle_data"] = words.append
    parser.feed(re.sub(r"(?s)<(style|script)\b.*?</\1>", "", page))
    return " ".join(words)


def mail(path: str, files: Files) -> Found:
    """Subject and body with its quoted tail, which Baton keeps; attachments by their own type."""
    message = message_from_bytes(files[path], policy=policy.default)
    body = message.get_body(("plain", "html")) or message
    words = page_words if body.get_content_subtype() == "html" else str
    found = {path: [f"Subject: {message['Subject']}", words(str(body.get_content()))]}
    for part in message.iter_attachments():
        inner, content = f"{path}!/{part.get_filename()}", part.get_payload(decode=True)
        found |= independent(inner, {inner: content if isinstance(content, bytes) else b""})
    return found


def invite(path: str, files: Files) -> Found:
    """Title, time, description, place, organiser; attendees are participants, not text."""
    event = re.sub(r"\r?\n[ \t]", "", files[path].decode()).split("BEGIN:VEVENT")[1]
    line = dict(re.findall(r"(?m)^([A-Z]+)[;:](.*?)\r?$", event))
    form, zone = "TZID=Central Standard Time:%Y%m%dT%H%M%S", ZoneInfo("America/Chicago")
    start, end = (datetime.strptime(line[n], form).replace(tzinfo=zone).astimezone(UTC) for n in ("DTSTART", "DTEND"))  # fmt: skip
    when = f"When: {start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC"
    rest = f"Location: {line['LOCATION']}\nOrganiser: {re.sub('CN=|:.*', '', line['ORGANIZER'])}"
    return {path: [line["SUMMARY"], when, line["DESCRIPTION"].replace("\\n", "\n"), rest]}


def table(path: str, files: Files) -> Found:
    """`header: value`; a lone value is a remark. A history's row begins with its day, without ids.
    The footer of a Salesforce report, below two empty lines, is left out."""
    pieces = []
    text = re.sub(
        r"(?s)\n\s*\n\s*\n[^\n]*\n\"Copyright .* salesforce\.com.*",
        "\n",
        files[path].decode("utf-8-sig"),
    )
    for row in csv.DictReader(io.StringIO(text)):
        cells = {k: v.removesuffix(".0") for k, v in row.items() if v}
        if "CREATEDDATE" in cells:
            pieces.append(cells.pop("CREATEDDATE")[:10])
            cells = {k: v for k, v in cells.items() if not k.endswith("ID")}
        pieces += [f"{k}: {v}" if len(cells) > 1 else v for k, v in cells.items()]
    return {path: pieces}


def exported(path: str, files: Files) -> Found:
    """JSON of Slack, Gong, Salesforce and HubSpot, told apart by its keys."""
    data, folder = json.loads(files[path]), path.rpartition("/")[0]
    if isinstance(data, list):
        users = json.loads(files[f"{folder.rpartition('/')[0]}/users.json"])
        return {path: list(slack(data, {f"<@{u['id']}>": u["real_name"] for u in users}))}
    if calls := data.get("calls", data.get("callTranscripts")):
        return {f"{path}!/{c.get('callId') or c['metaData']['id']}": list(gong(c)) for c in calls}
    beside = [json.loads(files[p]) for p in files if re.match(re.escape(folder) + r"/.*\.json", p)]
    if "records" in data:
        names = {r["Id"]: r.get("Name") for one in beside for r in one["records"]}
        return {f"{path}!/{r['Id']}": list(salesforce(r, names)) for r in data["records"]}
    people = {r["id"]: f"{r['firstName']} {r['lastName']}" for one in beside for r in one["results"] if "userId" in r}  # fmt: skip
    return {f"{path}!/{r['id']}": list(hubspot(r, people)) for r in data["results"]}


def slack(messages: list[dict[str, Any]], names: dict[str, str]) -> Iterator[str]:
    """Messages with the names of people mentioned, and file names. Reactions say nothing."""
    for message in messages:
        text = re.sub(r"<@\w+>", lambda m: names[m[0]], message["text"])
        yield re.sub(r"<!(?:[^|>]*\|)?([^>]*)>|&(?:amp|lt|gt);", r"\1", text)
        yield from (f"[file: {file['name']}]" for file in message.get("files", []))


def gong(call: dict[str, Any]) -> Iterator[str]:
    """What was said in a call or written of it, by keys; bare topic names say nothing."""
    strings = r'"(text|brief|snippet|comment)": ("(?:[^"\\]|\\.)*")'
    for key, value in re.findall(strings, json.dumps(call)):
        yield "Action item: " if key == "snippet" else ""
        yield re.sub(r"@\[([^]]*)\]\(\d+\)", r"@\1", json.loads(value))


def salesforce(record: dict[str, Any], names: dict[str, str]) -> Iterator[str]:
    """Filled fields; an id by the name of its record, unless that record stands beside it."""
    for name, value in record.items():
        if name.endswith("Id") and len(name) > 2 and name[:-2] not in record:
            yield f"{name[:-2]}.Name: {names[value]}"
        elif isinstance(value, dict) and name != "attributes":
            yield f"{name}.Name: {value['Name']}"
        elif not isinstance(value, dict | None) and not name.endswith("Id"):
            yield f"{name}: {str(value).removesuffix('.0')}"


def hubspot(record: dict[str, Any], people: dict[str, str]) -> Iterator[str]:
    """Filled properties, people and default pipeline by name; former values; a note's time and words."""
    values = {k: v for k, v in record["properties"].items() if v and k != "hs_object_id"}
    if note := values.get("hs_note_body"):
        values = {"hs_timestamp": values["hs_timestamp"]}
    shown = {"pipeline": {"default": "Sales Pipeline"}}
    yield from (f"{name}: {shown.get(name, people).get(v, v)}" for name, v in values.items())
    yield page_words(note or "")
    for name, former in sorted(record.get("propertiesWithHistory", {}).items()):
        yield from sorted(f"{one['timestamp'][:10]} {name}: {one['value']}" for one in former)


def independent(path: str, files: Files) -> Found:
    """What a second reader finds in one file; empty if the file holds no text."""
    readers = dict(vtt=captions, txt=plain, md=plain, docx=word, pdf=pdf, xlsx=excel, eml=mail, ics=invite, csv=table, json=exported)  # fmt: skip
    suffix = "eml" if ".mbox!/" in path else Path(path).suffix[1:]
    return {} if Path(path).name in NO_TEXT else readers[suffix](path, files)


def unpacked(deal: Path) -> Files:
    """The files of a deal, with those in a ZIP and the mails of an mbox in place of it."""
    files = {p.relative_to(deal).as_posix(): p.read_bytes() for p in deal.rglob("*") if p.is_file()}
    for name in [n for n in files if n.endswith(".zip")]:
        with zipfile.ZipFile(io.BytesIO(files.pop(name))) as package:
            files |= {f"{name}!/{n}": package.read(n) for n in package.namelist()}
    for name in [n for n in files if n.endswith(".mbox")]:
        for one in re.split(rb"(?m)^From \S+ .*\n", files.pop(name))[1:]:
            files[f"{name}!/{message_from_bytes(one)['Message-ID'].strip('<>')}"] = one
    return files


DATA = Path(__file__).resolve().parent.parent / "data"
DEALS = {d.name: unpacked(d) for d in sorted(DATA.glob("*")) if d.is_dir()}
CASES = [
    pytest.param(deal, path, id=f"{deal}/{path}", marks=[pytest.mark.xfail(strict=True, raises=AssertionError, reason=why)
        for name, why in DEFECTS.items() if re.search(name, f"{deal}/{path}")])
    for deal, files in DEALS.items() for path in sorted(files)
]  # fmt: skip


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each deal's texts by artifact, and its report. No model touches a text, so none is run."""
    session, found = Session(tmp_path_factory.mktemp("home")), {}
    blank = SimpleNamespace(name="blank", size=2, seller_logits=lambda pairs: np.zeros(len(pairs)))
    blank.read = blank.embed = lambda texts, *_: np.ones((len(texts), 2), np.float32)
    blank.vectors = blank.read
    read = lambda pairs: (blank.read(pairs), list(blank.read(pairs)))  # noqa: E731
    heads = SimpleNamespace(name="blank", names=("blank", "blank"), reading=blank, read=read)
    vars(session).update(embedder=blank, heads=heads)
    for deal in DEALS:
        report = session.index_deal(DATA / deal, None, False, False, lambda *_: None)
        found[deal] = {a.path: a.text for a in session.store.artifacts(report.account)}, report
    return found


@pytest.mark.parametrize(("deal", "path"), CASES)
def test_text_is_what_the_file_says(stored: dict[str, Any], deal: str, path: str) -> None:
    texts, report = stored[deal]
    original = dict(report.duplicates).get(path)
    assert not original or DEALS[deal][path] == DEALS[deal][original]
    wanted = {} if original else independent(path, DEALS[deal])
    not_read = [failure.path for failure in report.not_read]
    assert wanted or original or path in not_read or Path(path).name in NO_TEXT
    own = {a: text for a, text in texts.items() if a == path or a.startswith(f"{path}!/")}
    assert own.keys() == wanted.keys()
    for artifact, text in own.items():
        assert (found := fault(text, wanted[artifact])) is None, f"{artifact}: {found}"


@pytest.mark.parametrize("deal", DEALS)
def test_a_spoiled_text_is_noticed(stored: dict[str, Any], deal: str) -> None:
    """Every text with a sentence dropped, doubled, moved, altered or made up no longer agrees."""
    found = [independent(path, DEALS[deal]) for path in DEALS[deal]]
    for artifact, text in stored[deal][0].items():
        pieces = next(one[artifact] for one in found if artifact in one)
        said, half = sentences(text), len(sentences(text)) // 2
        before, one, after = said[:half], said[half], said[half + 1 :]
        spoiled = {"dropped": before + after, "doubled": [*before, one, one, *after], "moved": [one, *before, *after],
            "altered": [*before, f"{one} not", *after], "made up": [*before, one, "Free of charge.", *after]}  # fmt: skip
        for how, copy in spoiled.items():
            assert fault("\n".join(copy), pieces), f"{artifact}: {how}"
