"""Fixtures of the web tests: a deal with every kind of source, a brief that cites each, a real server on loopback.

The brief is made through the real door, one claim for each source, so that tests know what is cited.
"""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pytest
import uvicorn

from agent.door import BriefDoor
from agent.models import Commitment, Draft, FieldResult, PersonRow, SectionResult
from agent.provenance import provenance
from app.session import Session
from app.web.access import Access
from app.web.serving import guarded, listen
from app.web.site import Site
from review.complete import complete
from tests.test_readers_documents import make_pdf
from tools.drafts import ClaimDraft, EvidenceRef, GapDraft

SLUG = "tarn-robotics"
HOSTILE = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"
QUOTES = {
    "calls/kickoff.vtt": "My worry is the old scanner interface, nobody here can maintain it any more.",
    "mail/plan.eml": "Go-live for both sites is planned for ten weeks after kickoff.",
    "slack/deal-tarn/2026-03-10.json": "Ines asked twice whether the night shift can count offline.",
    "contract/order.pdf": "The initial term is 36 months from the effective date.",
    "contract/sow.docx": "Ledgerline connects one scanner model in the first phase.",
    "contract/pricing.xlsx": "Item: Named user\tQty: 40\tUnit: 100",
    "crm/Opportunity.json!/0065g00000AbcdeAAE": "StageName: Closed Won",
    "notes/discovery.md": "Tarn Robotics uses spreadsheets for stock counts today and wants to replace them.",
}
"""The words that the test brief cites, by source: one of each kind of place."""


PEOPLE = (
    PersonRow(name="Ines Vogt", title="Head of Operations", side="customer", roles=("champion",), engagement={"calls": 1, "mails": 2}),
    PersonRow(name="Jon Aas", title="Chief Financial Officer", side="customer", roles=("economic_buyer",)),
    PersonRow(name="Paul Okoro", title="Account Executive", side="vendor", engagement={"calls": 1, "mails": 2}),
)  # fmt: skip
RELATIONS = (
    {"from": "Ines Vogt", "to": "Jon Aas", "how": "reports to", "citations": ()},
    {"from": "Paul Okoro", "to": "Ines Vogt", "how": "day-to-day contact", "citations": ()},
)


def _vtt() -> bytes:
    said = [
        "Ines Vogt (Tarn Robotics): We lost two warehouse customers last autumn because counts were wrong.",
        "Paul Okoro (Ledgerline): We will have the first two sites live in six weeks, that is a promise.",
        f"Ines Vogt (Tarn Robotics): {QUOTES['calls/kickoff.vtt']}",
        f"Paul Okoro (Ledgerline): I noted it. {HOSTILE}",
    ]
    cues = (f"{n + 1}\n00:00:{n}1.000 --> 00:00:{n}9.000\n{text}\n" for n, text in enumerate(said))
    return ("WEBVTT\n\n" + "\n".join(cues)).encode()


def _mail(subject: str, body: str) -> bytes:
    return (
        "Date: Thu, 12 Mar 2026 09:00:00 +0000\nFrom: Paul Okoro <paul@ledgerline.example>\n"
        f"To: Ines Vogt <ines@tarn.example>\nSubject: {subject}\nMessage-ID: <{len(body)}@ledgerline.example>\n"
        f"Content-Type: text/plain; charset=utf-8\n\nHello Ines,\n\n{body}\n\nBest\nPaul\n"
    ).encode()


def _rich_mail() -> bytes:
    """A mail that was written as HTML, with what must never reach a page."""
    message = EmailMessage()
    message["From"], message["To"] = "Paul Okoro <paul@ledgerline.example>", "Ines Vogt <ines@tarn.example>"  # fmt: skip
    message["Subject"], message["Date"] = "Training", "Fri, 13 Mar 2026 09:00:00 +0000"
    message["Message-ID"] = "<training@ledgerline.example>"
    message.set_content(
        f"<p>Training for <b>both shifts</b> takes two days.</p><img src='http://198.51.100.7/pixel.png'>{HOSTILE}"
        "<script>parent.document.title='pwned'</script><a href='http://198.51.100.7/'>Agenda</a>",
        subtype="html",
    )
    return message.as_bytes()


def _docx() -> bytes:
    document = docx.Document()
    document.add_heading("Statement of Work", 1)
    document.add_heading("1. Scope", 2)
    document.add_paragraph(QUOTES["contract/sow.docx"])
    document.add_paragraph("Everything else is a change request with its own price.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    for row in (("Item", "Qty", "Unit"), ("Named user", 40, 100), ("Connector", 1, 900)):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def deal_files() -> dict[str, bytes]:
    """The deal: path to bytes."""
    record = {
        "attributes": {"type": "Opportunity", "url": "/services/data/v61.0/sobjects/Opportunity/0065g00000AbcdeAAE"},
        "Id": "0065g00000AbcdeAAE", "Name": "Tarn rollout", "StageName": "Closed Won", "CloseDate": "2026-03-20",
        "Account": {"attributes": {"type": "Account"}, "Name": "Tarn Robotics"},
        "Owner": {"attributes": {"type": "User"}, "Name": "Paul Okoro", "Email": "paul@ledgerline.example"},
    }  # fmt: skip
    users = [{"id": "U0ANN", "team_id": "T1", "name": "ann", "profile": {"real_name": "Ann Lee", "email": "ann@ledgerline.example"}}]  # fmt: skip
    chat = [{"type": "message", "user": "U0ANN", "ts": f"177313352{n}.953659", "text": text} for n, text in enumerate(("Morning.", QUOTES["slack/deal-tarn/2026-03-10.json"], HOSTILE))]  # fmt: skip
    return {
        "calls/kickoff.vtt": _vtt(),
        "mail/plan.eml": _mail(
            f"Plan {HOSTILE}", f"{QUOTES['mail/plan.eml']}\n\nThe yearly price is $48,000. {HOSTILE}"
        ),
        "mail/training.eml": _rich_mail(),
        "slack/users.json": json.dumps(users).encode(),
        "slack/deal-tarn/2026-03-10.json": json.dumps(chat).encode(),
        "contract/order.pdf": make_pdf(
            [
                [(72, 700, "Order Form"), (72, 660, "Customer: Tarn Robotics. Vendor: Ledgerline.")],
                [(72, 500, "2. Term"), (72, 470, QUOTES["contract/order.pdf"])],
            ]
        ),
        "contract/sow.docx": _docx(),
        "contract/pricing.xlsx": _xlsx(),
        "crm/Opportunity.json": json.dumps({"totalSize": 1, "done": True, "records": [record]}).encode(),
        "notes/discovery.md": f"# Discovery notes\n\n{QUOTES['notes/discovery.md']}\n\n{HOSTILE}\n".encode(),
        "notes/<img src=x onerror=alert(1)>.md": b"# A hostile name\n\nThe name of this file is markup.\n",
        "notes/broken.pdf": b"%PDF-1.4 broken",
    }  # fmt: skip


def write_deal(folder: Path) -> Path:
    """The deal as a folder."""
    for path, content in deal_files().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def keep_brief(session: Session, slug: str = SLUG) -> None:
    """Keep a brief that cites every kind of source, with a gap, a promise and a risk."""
    index = session.account_index(slug)
    door = BriefDoor(index)
    ids: dict[str, str] = {}
    for path, quote in QUOTES.items():
        segment = next(s for s in index.segments if s.artifact == path and quote in s.text)
        who = segment.person or segment.speaker or "The source"
        said = door.record_claim(
            ClaimDraft(field="account.company", text=f"{who} says", kind="fact", evidence=(EvidenceRef(segment=segment.id),))
        )  # fmt: skip
        assert isinstance(said, str), said
        ids[path] = said
    gap = door.mark_gap(
        GapDraft(field="goals.first_value", question="What is the first result that counts?", ask="AE")
    )  # fmt: skip
    clause = door.claims[ids["contract/sow.docx"]].citations[:1]
    call, mail = ids["calls/kickoff.vtt"], ids["mail/plan.eml"]

    def answered(field: str, *claims: str) -> FieldResult:
        return FieldResult(id=field, status="answered", claims=claims, shown=claims)

    sections = (
        SectionResult(id="account", title="Account", fields=(answered("account.company", *ids.values()),)),
        SectionResult(id="goals", title="Goals", fields=(
            answered("goals.problem", call), answered("goals.first_90_days", mail),
            FieldResult(id="goals.first_value", status="needs_clarification", gaps=(gap,)),
        )),
        SectionResult(id="stakeholders", title="People", fields=()),
        SectionResult(id="commitments", title="Promises", fields=(answered("commitments.timeline_promises", mail),)),
        SectionResult(id="risks", title="Risks", fields=(answered("risks.open_risks", call),)),
    )  # fmt: skip
    draft = Draft(
        template="sales-to-cs", sections=sections, claims=tuple(door.claims.values()), gaps=tuple(door.gaps.values()),
        commitments=(Commitment(claim=mail, type="date", by="Paul Okoro", scope="contradicted", scope_citations=clause),),
        people=PEOPLE, relations=RELATIONS, risks=({"claim": call, "severity": "high"},),
        provenance=provenance(session.fingerprint(slug), {}),
    )  # fmt: skip
    _, duplicates, not_read, _ = session.store.extra(slug)
    made = complete(draft, index.account, len(index.artifacts), not_read, duplicates)
    session.desk(slug).keep(made)


@dataclass(frozen=True)
class Served:
    """A running server."""

    site: Site
    url: str

    @property
    def token(self) -> str:
        return self.site.access.token

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def sign_in(self) -> str:
        return f"{self.url}/login?token={self.token}"


def serve(session: Session) -> Iterator[Served]:
    """A real server over a session, on a free port of loopback, in a thread of its own."""
    listening = listen("127.0.0.1", 0)
    site = Site(session, Access(listening.getsockname()[1]))
    server = uvicorn.Server(uvicorn.Config(guarded(site), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    yield Served(site, f"http://127.0.0.1:{site.access.port}")
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def web_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported models, where the other tests of a run keep them too."""
    home = tmp_path_factory.getbasetemp() / "exported"
    session = Session(home)
    session.embedder.embed(["warm"])
    session.heads.reading.read([("", "warm")])
    session.heads.answers.vectors([("", "warm")])
    return home / "models"


@pytest.fixture(scope="module")
def web_session(web_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A home with the deal read and its brief kept."""
    home = tmp_path_factory.mktemp("web")
    (home / "models").symlink_to(web_models)
    session = Session(home)
    folder = write_deal(tmp_path_factory.mktemp("deal") / "tarn")
    session.index_deal(folder, SLUG, False, False, lambda _what, _done, _total: None)
    keep_brief(session)
    return session


@pytest.fixture(scope="module")
def served(web_session: Session) -> Iterator[Served]:
    """The server over that home."""
    yield from serve(web_session)
