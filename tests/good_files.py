"""Writes small good files of every format, varied by a seed, with nothing but the standard library
and the Office libraries.

`GOOD` maps a suffix (or a system and its suffix) to a function that gives one file's bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from random import Random

PEOPLE = ("Ada Brandt", "Jun Okafor", "Mira Sol", "Tom Weiß", "Zoë Lind", "Øyvind Aas")
# fmt: off
WORDS = (
    "we", "need", "the", "export", "by", "March", "and", "the", "rollout", "covers", "four",
    "sites", "with", "two", "integrations", "while", "support", "answers", "within", "one",
    "day", "security", "asked", "for", "single", "sign", "on", "our", "budget", "is", "fixed",
    "training", "happens", "in", "June", "the", "old", "system", "stops", "in", "autumn",
    "naïve", "Grüße", "déjà",
)
# fmt: on


def sentence(rng: Random, words: int = 12) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(words)).capitalize() + "."


def moment(rng: Random) -> datetime:
    return datetime(2026, 1, 5, 9) + timedelta(minutes=rng.randrange(100_000))


def txt(rng: Random) -> bytes:
    paragraphs = [sentence(rng, rng.randint(5, 40)) for _ in range(rng.randint(1, 12))]
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16", "latin-1"])
    return rng.choice(["\n\n", "\r\n\r\n"]).join(paragraphs).encode(encoding)


def md(rng: Random) -> bytes:
    bullets = "\n".join(f"- {sentence(rng)}" for _ in range(rng.randint(1, 9)))
    return f"# {sentence(rng, 4)}\n\n{sentence(rng)}\n\n## {sentence(rng, 3)}\n{bullets}\n".encode()


def html(rng: Random) -> bytes:
    rows = "".join(f"<tr><td>{n}<td>{sentence(rng, 4)}" for n in range(rng.randint(0, 9)))
    return f"<!doctype html><title>t</title><h1>{sentence(rng, 3)}</h1><p>{sentence(rng)}<table>{rows}</table>".encode()


def csv(rng: Random) -> bytes:
    mark = rng.choice(",;\t")
    rows = [mark.join(("Name", "Seats", "Note"))]
    rows += [
        mark.join((rng.choice(PEOPLE), str(n), f'"{sentence(rng, 5)}"'))
        for n in range(rng.randint(1, 40))
    ]
    return rng.choice(["\n", "\r\n"]).join(rows).encode()


def eml(rng: Random) -> bytes:
    mail = EmailMessage()
    sender, other = rng.sample(PEOPLE, 2)
    mail["From"] = (
        f'"{sender}" <{sender.split()[0].lower().encode("ascii", "ignore").decode()}@vendor.example>'
    )
    mail["To"] = f'"{other}" <someone@customer.example>'
    mail["Subject"] = sentence(rng, 5)
    mail["Date"] = moment(rng).strftime("%a, %d %b %Y %H:%M:%S +0100")
    mail["Message-ID"] = f"<{rng.getrandbits(60):x}@vendor.example>"
    mail.set_content("\n\n".join(sentence(rng, 20) for _ in range(rng.randint(1, 6))))
    if rng.random() < 0.4:
        mail.add_alternative(f"<p>{sentence(rng, 20)}</p>", subtype="html")
    if rng.random() < 0.4:
        mail.add_attachment(csv(rng), maintype="text", subtype="csv", filename="seats.csv")
    return bytes(mail)


def mbox(rng: Random) -> bytes:
    line = b"From a@b.example Mon Jan  5 10:00:00 2026\n"
    return b"".join(line + eml(rng) + b"\n\n" for _ in range(rng.randint(1, 6)))


def _cues(rng: Random, mark: str) -> list[tuple[str, str]]:
    start, cues = 0.0, []
    for _ in range(rng.randint(2, 30)):
        end = start + rng.randint(1, 20)
        begin, stop = (
            f"{int(t // 3600):02}:{int(t % 3600 // 60):02}:{t % 60:06.3f}".replace(".", mark)
            for t in (start, end)
        )
        cues.append((f"{begin} --> {stop}", f"{rng.choice(PEOPLE)}: {sentence(rng)}"))
        start = end
    return cues


def vtt(rng: Random) -> bytes:
    return (
        "WEBVTT\n\n" + "\n\n".join(f"{when}\n{words}" for when, words in _cues(rng, "."))
    ).encode()


def srt(rng: Random) -> bytes:
    cues = enumerate(_cues(rng, ","), 1)
    return "\n\n".join(f"{n}\n{when}\n{words}" for n, (when, words) in cues).encode()


def ics(rng: Random) -> bytes:
    at = moment(rng)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", "BEGIN:VEVENT", f"UID:{rng.getrandbits(60):x}@x",
             f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}", f"DTSTART:{at:%Y%m%dT%H%M%SZ}", f"SUMMARY:{sentence(rng, 5)}",
             "ORGANIZER;CN=Ada Brandt:mailto:ada@vendor.example", "END:VEVENT", "END:VCALENDAR"]  # fmt: skip
    return "\r\n".join(lines).encode()


def rtf(rng: Random) -> bytes:
    body = "\\par ".join(
        sentence(rng).encode("ascii", "ignore").decode() for _ in range(rng.randint(1, 9))
    )
    return b"{\\rtf1\\ansi{\\fonttbl\\f0 Arial;}\\f0 " + body.encode() + b"}"


def pdf(rng: Random, stream: bytes | None = None, extra: bytes = b"") -> bytes:
    """A page of text; or whatever `stream` holds, with `extra` in its dictionary."""
    if stream is None:
        lines = [sentence(rng).encode("latin-1", "ignore") for _ in range(rng.randint(1, 20))]
        drawn = b"\n".join(b"(%s) Tj 0 -16 Td" % line for line in lines)
        stream = zlib.compress(b"BT /F1 11 Tf 60 780 Td\n" + drawn + b"\nET")
        extra = b"/Filter /FlateDecode"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), extra, stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + table + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)


def docx(rng: Random) -> bytes:
    from docx import Document

    document, out = Document(), io.BytesIO()
    document.add_heading(sentence(rng, 4), rng.randint(1, 3))
    for _ in range(rng.randint(1, 9)):
        document.add_paragraph(sentence(rng, 20), style=rng.choice([None, "List Bullet"]))
    if rng.random() < 0.5:
        table = document.add_table(2, 3)
        for cell in (c for row in table.rows for c in row.cells):
            cell.text = sentence(rng, 3)
    document.save(out)
    return out.getvalue()


def xlsx(rng: Random) -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    for number in range(rng.randint(1, 3)):
        sheet = book.create_sheet(f"Prices {number}") if number else book.worksheets[0]
        sheet.append(["Item", "Seats", "Price"])
        for _ in range(rng.randint(1, 20)):
            sheet.append([sentence(rng, 3), rng.randint(1, 99), rng.random() * 1000])
    book.save(out)
    return out.getvalue()


def pptx(rng: Random) -> bytes:
    from pptx import Presentation

    deck, out = Presentation(), io.BytesIO()
    for _ in range(rng.randint(1, 3)):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = sentence(rng, 4)
        slide.placeholders[1].text = sentence(rng)
        if rng.random() < 0.5:
            slide.notes_slide.notes_text_frame.text = sentence(rng)
    deck.save(out)
    return out.getvalue()


def gong(rng: Random) -> bytes:
    said = [
        {"speakerId": str(rng.randint(1, 3)), "topic": None,
         "sentences": [{"start": n * 9000, "end": n * 9000 + 8000, "text": sentence(rng)}]}
        for n in range(rng.randint(1, 20))
    ]  # fmt: skip
    call = {"callId": str(rng.getrandbits(60)), "transcript": said}
    return json.dumps({"requestId": "x", "callTranscripts": [call]}).encode()


def slack(rng: Random) -> bytes:
    start = 1_770_113_520
    return json.dumps([
        {"type": "message", "user": f"U0{rng.randint(1, 3)}", "text": sentence(rng), "ts": f"{start + n * 60}.{rng.randrange(10**6):06}"}
        for n in range(rng.randint(1, 20))
    ]).encode()  # fmt: skip


def hubspot(rng: Random) -> bytes:
    rows = [
        {"id": str(rng.getrandbits(40)), "createdAt": moment(rng).isoformat() + "Z", "updatedAt": moment(rng).isoformat() + "Z",
         "archived": False, "properties": {"dealname": sentence(rng, 3), "amount": str(rng.randint(1, 10**6)), "dealstage": "closedwon"}}
        for _ in range(rng.randint(1, 6))
    ]  # fmt: skip
    return json.dumps({"results": rows}).encode()


def packed(rng: Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for make in (txt, csv, pdf, eml):
            archive.writestr(f"export/{make.__name__}.{make.__name__}", make(rng))
    return out.getvalue()


GOOD: dict[str, Callable[[Random], bytes]] = {
    "txt": txt, "md": md, "html": html, "csv": csv, "eml": eml, "mbox": mbox, "vtt": vtt, "srt": srt, "ics": ics,
    "rtf": rtf, "pdf": pdf, "docx": docx, "xlsx": xlsx, "pptx": pptx, "gong.json": gong, "slack.json": slack,
    "hubspot.json": hubspot, "zip": packed,
}  # fmt: skip
