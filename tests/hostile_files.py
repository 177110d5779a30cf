"""Writes bad files: every kind of input that a stranger, a broken disk or a careless export may leave.

`KINDS` maps a kind to a function that writes one example of it into a folder, varied by a seed. Used
by `test_hostile.py`. Each kind writes files whose names begin with its own, so that a report can be
held against it; what is not a plain file (links, pipes) is written likewise.
"""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.good_files import GOOD, docx, eml, pdf, pptx, sentence, xlsx

Write = Callable[[Random, Path, str], None]
"""Given the variation, the folder and the name to begin with."""

TEXTS = (".txt", ".md", ".csv", ".json", ".eml", ".mbox", ".vtt", ".srt", ".html", ".ics", ".rtf")
BINARIES = (".pdf", ".docx", ".xlsx", ".pptx", ".msg", ".zip")
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
_LAUGHTER = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
LAUGHS = f"<!DOCTYPE x [<!ENTITY a0 'ha'>{_LAUGHTER}]>"


def zipped(members: dict[str, bytes], level: int = 9) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def replaced(package: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """An Office package with one part changed."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**members, part: change(members[part])})


def declared(declaration: str) -> Callable[[bytes], bytes]:
    """Puts a document type declaration into XML and an entity into its text."""

    def change(xml: bytes) -> bytes:
        head, mark, rest = xml.partition(b"?>")
        entity = b"&a11;" if "a11" in declaration else b"&e;"
        return head + mark + declaration.encode() + rest.replace(b"</w:t>", entity + b"</w:t>", 1)

    return change


# Containers


def zip_bomb(rng: Random, folder: Path, name: str) -> None:
    zeros = bytes(rng.randint(210, 260) << 20)
    (folder / f"{name}.zip").write_bytes(zipped({"notes.txt": zeros, "b.md": b"read me anyway"}, 1))


def zip_nested(rng: Random, folder: Path, name: str) -> None:
    content = zipped({"deep.txt": sentence(rng).encode()})
    for level in range(rng.randint(8, 40)):
        content = zipped({f"level{level}.zip": content})
    (folder / f"{name}.zip").write_bytes(content)


def zip_overlapping(rng: Random, folder: Path, name: str) -> None:
    """Many entries over the same bytes: small on disk, without end when unpacked."""
    whole = zipped({"a.txt": bytes(rng.randint(8, 16) << 20)}, 9)
    start = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    entry = whole[start:end]
    entries = b"".join(entry.replace(b"a.txt", b"%05d" % n) for n in range(rng.randint(500, 3000)))
    count = len(entries) // len(entry)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entries), start, 0)
    (folder / f"{name}.zip").write_bytes(whole[:start] + entries + tail)


def zip_outward(rng: Random, folder: Path, name: str) -> None:
    out = rng.choice(
        ["../" * 9 + "tmp/baton-escaped", "/tmp/baton-escaped", "C:\\escaped", "a/../../b"]
    )
    (folder / f"{name}.zip").write_bytes(
        zipped({out: b"escaped", "kept.md": sentence(rng).encode()})
    )


def zip_link(rng: Random, folder: Path, name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("passwd.txt")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, rng.choice(["/etc/passwd", "../../secret", "passwd.txt"]))
    (folder / f"{name}.zip").write_bytes(out.getvalue())


def zip_encrypted(rng: Random, folder: Path, name: str) -> None:
    content = bytearray(zipped({"secret.txt": sentence(rng).encode()}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (folder / f"{name}.zip").write_bytes(content)


def zip_damaged(rng: Random, folder: Path, name: str) -> None:
    content = bytearray(zipped({f"{n}.txt": sentence(rng, 80).encode() for n in range(9)}))
    if rng.random() < 0.5:
        content = content[: rng.randrange(30, len(content))]
    for _ in range(rng.randint(1, 20)):
        content[rng.randrange(4, len(content))] = rng.randrange(256)
    (folder / f"{name}.zip").write_bytes(content)


def zip_crowded(rng: Random, folder: Path, name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n in range(rng.randint(20_001, 22_000)):
            archive.writestr(zipfile.ZipInfo(f"{n}.txt"), b"x")
    (folder / f"{name}.zip").write_bytes(out.getvalue())


# Office


def office_xxe(rng: Random, folder: Path, name: str) -> None:
    package = replaced(docx(rng), "word/document.xml", declared(XXE))
    (folder / f"{name}.docx").write_bytes(package)


def office_laughs(rng: Random, folder: Path, name: str) -> None:
    package, part, suffix = rng.choice([
        (docx, "word/document.xml", "docx"), (xlsx, "xl/workbook.xml", "xlsx"),
        (pptx, "ppt/presentation.xml", "pptx"),
    ])  # fmt: skip
    (folder / f"{name}.{suffix}").write_bytes(replaced(package(rng), part, declared(LAUGHS)))


def office_bomb(rng: Random, folder: Path, name: str) -> None:
    words = b"<w:p><w:r><w:t>word</w:t></w:r></w:p>" * rng.randint(1_500_000, 2_000_000)
    package = replaced(
        docx(rng), "word/document.xml", lambda x: x.replace(b"<w:body>", b"<w:body>" + words)
    )
    (folder / f"{name}.docx").write_bytes(package)


def office_deep(rng: Random, folder: Path, name: str) -> None:
    depth = rng.choice([200, 2_000, 50_000])
    inside = b"<w:tbl><w:tr><w:tc>" * depth + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * depth
    package = replaced(
        docx(rng), "word/document.xml", lambda x: x.replace(b"<w:body>", b"<w:body>" + inside)
    )
    (folder / f"{name}.docx").write_bytes(package)


def office_wide(rng: Random, folder: Path, name: str) -> None:
    """A cell in the last row and column, and a merged range over the whole sheet."""

    def change(xml: bytes) -> bytes:
        cell = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
        merged = b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        return xml.replace(b"</sheetData>", cell + (merged if rng.random() < 0.5 else b""))

    (folder / f"{name}.xlsx").write_bytes(replaced(xlsx(rng), "xl/worksheets/sheet1.xml", change))


def office_encrypted(rng: Random, folder: Path, name: str) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rng.randbytes(2000)
    content += "EncryptedPackage".encode("utf-16-le") + rng.randbytes(3000)
    (folder / f"{name}{rng.choice(['.docx', '.xlsx', '.pptx'])}").write_bytes(content)


def ole_damaged(rng: Random, folder: Path, name: str) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + rng.randbytes(rng.randint(0, 9000))
    (folder / f"{name}{rng.choice(['.msg', '.doc', '.xls', '.ppt'])}").write_bytes(content)


# PDF


def pdf_loop(rng: Random, folder: Path, name: str) -> None:
    """A page tree that contains itself, or a table of offsets that leads back to itself."""
    content = pdf(rng)
    if rng.random() < 0.5:
        content = content.replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")
    else:
        content = content.replace(
            b"trailer\n<<", b"trailer\n<< /Prev %d" % content.rindex(b"xref\n0")
        )
    (folder / f"{name}.pdf").write_bytes(content)


def pdf_bomb(rng: Random, folder: Path, name: str) -> None:
    stream = b"BT /F1 12 Tf (a) Tj ET\n" * (rng.randint(20, 40) << 16)
    for _ in range(rng.randint(1, 3)):
        stream = zlib.compress(stream, 9)
    filters = b"/FlateDecode " * 3
    (folder / f"{name}.pdf").write_bytes(pdf(rng, stream, b"/Filter [" + filters + b"]"))


def pdf_damaged(rng: Random, folder: Path, name: str) -> None:
    content = bytearray(pdf(rng))
    for _ in range(rng.randint(5, 200)):
        content[rng.randrange(5, len(content))] = rng.randrange(256)
    (folder / f"{name}.pdf").write_bytes(content[: rng.randrange(20, len(content))])


def pdf_locked(rng: Random, folder: Path, name: str) -> None:
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]" % (
        rng.randbytes(32).hex().encode(), rng.randbytes(32).hex().encode(),
    )  # fmt: skip
    (folder / f"{name}.pdf").write_bytes(pdf(rng).replace(b"trailer\n<<", b"trailer\n<< " + locked))


def pdf_crowded(rng: Random, folder: Path, name: str) -> None:
    count = rng.randint(20_000, 60_000)
    content = pdf(rng).replace(b"/Kids [3 0 R]", b"/Kids [" + b"3 0 R " * count + b"]")
    (folder / f"{name}.pdf").write_bytes(content.replace(b"/Count 1", b"/Count %d" % count))


# Mail


def mail_deep(rng: Random, folder: Path, name: str) -> None:
    depth = rng.choice([30, 300, 900])
    parts = (f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    (folder / f"{name}.eml").write_text("From: a@b.c\nSubject: deep\n" + "".join(parts) + "\nend")


def mail_crowded(rng: Random, folder: Path, name: str) -> None:
    part = "--b\nContent-Type: text/plain\n\nhello\n"
    count = rng.randint(1_200, 30_000)
    head = 'From: a@b.c\nSubject: s\nContent-Type: multipart/mixed; boundary="b"\n\n'
    (folder / f"{name}.eml").write_text(head + part * count + "--b--\n")


def mail_headers(rng: Random, folder: Path, name: str) -> None:
    flood = rng.choice(
        ["X-Pad: y\n" * 200_000, "To: " + "a@b.c, " * 100_000 + "\n", "To: " + "(" * 60_000 + "\n"]
    )
    (folder / f"{name}.eml").write_text(f"From: a@b.c\n{flood}Subject: s\n\nhello\n")


def mail_inside_itself(rng: Random, folder: Path, name: str) -> None:
    content = eml(rng)
    for _ in range(rng.randint(5, 40)):
        content = b"From: a@b.c\nSubject: fwd\nContent-Type: message/rfc822\n\n" + content
    (folder / f"{name}.eml").write_bytes(content)


def mail_from_lines(rng: Random, folder: Path, name: str) -> None:
    line = b"From a@b.c Mon Jan  5 10:00:00 2026\n"
    shape = rng.choice([line, line + b"\n", b"From \n\n", line + b"Subject: x\n\nhi\n\n"])
    (folder / f"{name}.mbox").write_bytes(shape * rng.randint(2_000, 20_000))


def mail_quotes(rng: Random, folder: Path, name: str) -> None:
    count = rng.randint(5_000, 20_000)
    shape = rng.choice([">" * count + " hi\n", "> hi\n" * count, ">" * count + "From x\n", "\n".join(
        ">" * n + " hi" for n in range(1, 800))])  # fmt: skip
    (folder / f"{name}.eml").write_text(f"From: a@b.c\nSubject: s\n\n{shape}")


# Text


def wrong_suffix(rng: Random, folder: Path, name: str) -> None:
    kind = rng.choice(sorted(GOOD))
    suffix = rng.choice([s for s in (*TEXTS, *BINARIES) if s.lstrip(".") != kind])
    (folder / f"{name}-{kind}{suffix}").write_bytes(GOOD[kind](rng))


def cut_short(rng: Random, folder: Path, name: str) -> None:
    kind = rng.choice(sorted(GOOD))
    content = GOOD[kind](rng)
    (folder / f"{name}.{kind}").write_bytes(
        content[: rng.randrange(1, max(2, len(content) * 9 // 10))]
    )


def empty(rng: Random, folder: Path, name: str) -> None:
    content = rng.choice([b"", b"\n\n \n", bytes(rng.randint(1, 9000)), b"\xef\xbb\xbf"])
    (folder / f"{name}{rng.choice((*TEXTS, *BINARIES))}").write_bytes(content)


def noise(rng: Random, folder: Path, name: str) -> None:
    content = rng.randbytes(rng.randint(1, 200_000))
    (folder / f"{name}{rng.choice((*TEXTS, *BINARIES))}").write_bytes(content)


def csv_long(rng: Random, folder: Path, name: str) -> None:
    row = f"{rng.randint(1, 9)},login,user{rng.randint(1, 99)}@example.com,{sentence(rng)}\n"
    (folder / f"{name}.csv").write_text("n,event,who,note\n" + row * 1_000_000)


def csv_wide(rng: Random, folder: Path, name: str) -> None:
    cells = rng.randint(100_000, 400_000)
    (folder / f"{name}.csv").write_text(
        ",".join(["a"] * cells) + "\n" + ",".join(["1"] * cells) + "\n"
    )


def csv_open_quote(rng: Random, folder: Path, name: str) -> None:
    head = 'a,b\n"' + '"' * rng.randrange(0, 9)
    (folder / f"{name}.csv").write_text(head + "x,y\n" * rng.randint(1_000, 300_000))


def bad_encoding(rng: Random, folder: Path, name: str) -> None:
    text = " ".join(sentence(rng) for _ in range(20)) + " Grüße, naïve ☂"
    content = rng.choice([
        text.encode().replace(b" ", b"\xff "), text.encode("utf-16-le"), text.encode("utf-16-be")[:-1],
        text.encode("utf-16"), text.encode("utf-32"), text.encode("latin-1", "replace"),
        text.encode()[:-1], ("\ud800" + text).encode("utf-8", "surrogatepass"),
    ])  # fmt: skip
    (folder / f"{name}{rng.choice(TEXTS)}").write_bytes(content)


def json_deep(rng: Random, folder: Path, name: str) -> None:
    depth, mark = 100_000, rng.choice(["[", '{"a":', '[{"messages":'])
    (folder / f"{name}.json").write_text(mark * depth)


def json_odd(rng: Random, folder: Path, name: str) -> None:
    odd = rng.choice(
        ["NaN", "Infinity", "9" * 9000, "1e999", '"\\ud800"', "-0", "null", "[]", "true", '"x"']
    )
    keys = (
        "id",
        "callTranscripts",
        "calls",
        "messages",
        "ts",
        "records",
        "properties",
        "tickets",
        "issues",
    )
    pairs = ", ".join(f'"{k}": {odd}' for k in rng.sample(keys, 6))
    (folder / f"{name}.json").write_text(
        rng.choice([f"{{{pairs}}}", f"[{{{pairs}}}]", f'{{"calls": [{{{pairs}}}]}}'])
    )


def json_shapes(rng: Random, folder: Path, name: str) -> None:
    """A good export with one of its values replaced by one of another type."""
    kind = rng.choice(["gong", "slack", "hubspot"])
    data = json.loads(GOOD[f"{kind}.json"](rng))
    spots: list[tuple[object, object]] = []
    pending = [data]
    while pending:
        here = pending.pop()
        for key in list(here) if isinstance(here, dict) else range(len(here)):
            spots.append((here, key))
            if isinstance(here[key], dict | list):
                pending.append(here[key])
    for place, key in rng.sample(spots, min(3, len(spots))):
        place[key] = rng.choice([None, [], {}, "x", -1, 1e300, True, [[]], {"a": {}}])  # type: ignore[index]
    (folder / f"{name}.json").write_text(json.dumps(data))


def long_line(rng: Random, folder: Path, name: str) -> None:
    unit = rng.choice(
        [
            "a",
            "word ",
            "a.b@c ",
            "A: ",
            "1. ",
            "<",
            "http://a.b/",
            "\t",
            "'",
            "((",
            "- ",
            "&amp;",
            "$1,000 ",
        ]
    )
    suffix = rng.choice(TEXTS)
    (folder / f"{name}{suffix}").write_text(unit * (rng.randint(4, 10) * 1_000_000 // len(unit)))


def html_deep(rng: Random, folder: Path, name: str) -> None:
    tag = rng.choice(["div", "b", "table><tr><td", "blockquote", "a", "svg"])
    (folder / f"{name}.html").write_text(
        f"<html><body>{f'<{tag}>' * rng.randint(20_000, 200_000)}hi"
    )


def html_entities(rng: Random, folder: Path, name: str) -> None:
    body = (
        LAUGHS.replace("DOCTYPE x", "DOCTYPE html")
        + "<p>&a11;</p>"
        + "<!--" * rng.randint(1, 90_000)
    )
    (folder / f"{name}{rng.choice(['.html', '.xml', '.xhtml', '.svg'])}").write_text(body)


def rtf_deep(rng: Random, folder: Path, name: str) -> None:
    body = rng.choice(
        [
            "{" * 200_000,
            "{\\b " * 100_000,
            "\\'" * 300_000,
            "\\u99999?" * 50_000,
            "\\bin999999999 x",
        ]
    )
    (folder / f"{name}.rtf").write_text("{\\rtf1\\ansi " + body)


def ics_endless(rng: Random, folder: Path, name: str) -> None:
    event = "BEGIN:VEVENT\nUID:1\nSUMMARY:x\nDTSTART:20260101T100000Z\nRRULE:FREQ=SECONDLY\nEND:VEVENT\n"
    shape = rng.choice(
        [
            event * 2000,
            "BEGIN:VEVENT\n" * 3000,
            event.replace("2026", "9999"),
            "SUMMARY:" + "x\n " * 200_000,
        ]
    )
    (folder / f"{name}.ics").write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\n{shape}END:VCALENDAR\n")


def vtt_odd(rng: Random, folder: Path, name: str) -> None:
    cue = rng.choice(
        [
            "99999999:00:00.000 --> 00:00:00.000\nx\n\n",
            "00:00:01.000 --> \n\n",
            "<v A>" * 300 + "\n\n",
            "-->\n" * 5,
        ]
    )
    (folder / f"{name}{rng.choice(['.vtt', '.srt', '.sbv'])}").write_text("WEBVTT\n\n" + cue * 5000)


# What is no plain file, and names


def sparse(rng: Random, folder: Path, name: str) -> None:
    with (folder / f"{name}{rng.choice((*TEXTS, *BINARIES))}").open("wb") as stream:
        stream.truncate(2 << 30)


def name_bytes(rng: Random, folder: Path, name: str) -> None:
    raw = os.fsencode(folder / name) + rng.choice([b"\xe9t\xe9.txt", b"\xff\xfe.md", b"\x80.eml"])
    with suppress(OSError), open(raw, "wb") as stream:
        stream.write(sentence(rng, 20).encode())


def name_odd(rng: Random, folder: Path, name: str) -> None:
    odd = rng.choice(
        [
            "\n",
            "\r\n",
            "\x1b[31m",
            "\t",
            " ",
            "\u202e",
            "%s",
            "$(id)",
            "`",
            "~2",
            "!",
            "x" * 200,
            "e\u0301",
            "\x7f",
        ]
    )
    (folder / f"{name}{odd}.txt").write_text(sentence(rng, 20))


def path_deep(rng: Random, folder: Path, name: str) -> None:
    """Folders nested beyond what one path can name."""
    here = os.getcwd()
    try:
        os.chdir(folder)
        for _ in range(rng.randint(25, 30)):
            part = f"{name}-{'d' * 180}"
            os.mkdir(part)
            os.chdir(part)
        Path("leaf.txt").write_text(sentence(rng))
    finally:
        os.chdir(here)


def link_out(rng: Random, folder: Path, name: str) -> None:
    (folder / f"{name}.txt").symlink_to(
        rng.choice(["/etc/passwd", "/etc", "/proc/self/environ", "nowhere"])
    )


def link_loop(rng: Random, folder: Path, name: str) -> None:
    (folder / f"{name}.txt").symlink_to(rng.choice([f"{name}.txt", ".", "..", str(folder)]))


def special(rng: Random, folder: Path, name: str) -> None:
    path = folder / f"{name}.txt"
    if rng.random() < 0.5:
        os.mkfifo(path)
        return
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as made:
        # A socket's whole path is limited to about a hundred bytes.
        os.chdir(folder)
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def unreadable(rng: Random, folder: Path, name: str) -> None:
    path = folder / f"{name}.txt"
    path.write_text(sentence(rng, 20))
    path.chmod(0)


KINDS: dict[str, Write] = {
    each.__name__: each
    for each in (
        zip_bomb, zip_nested, zip_overlapping, zip_outward, zip_link, zip_encrypted, zip_damaged, zip_crowded,
        office_xxe, office_laughs, office_bomb, office_deep, office_wide, office_encrypted, ole_damaged,
        pdf_loop, pdf_bomb, pdf_damaged, pdf_locked, pdf_crowded,
        mail_deep, mail_crowded, mail_headers, mail_inside_itself, mail_from_lines, mail_quotes,
        wrong_suffix, cut_short, empty, noise, csv_long, csv_wide, csv_open_quote, bad_encoding,
        json_deep, json_odd, json_shapes, long_line, html_deep, html_entities, rtf_deep, ics_endless, vtt_odd,
        sparse, name_bytes, name_odd, path_deep, link_out, link_loop, special, unreadable,
    )
}  # fmt: skip
