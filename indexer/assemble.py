"""From what readers found to what the record holds: text, offsets, ids, people, sides, authority.

The extracted text of an artifact is its segments joined as the readers say; here is the only place
where offsets come from.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from indexer.authority import artifact_rung
from indexer.execution import execution_of, looks_like_contract, named_by_completion
from indexer.manifest import Manifest
from indexer.models import (
    Account,
    Artifact,
    Execution,
    Kind,
    NotRead,
    Participant,
    Person,
    RawArtifact,
    Reading,
    Segment,
    Side,
)  # fmt: skip
from indexer.sides import Human, People, bare_name, domain_of

_LEGAL_FORMS = frozenset({
    "inc", "incorporated", "llc", "llp", "lp", "ltd", "limited", "corp", "corporation", "co",
    "company", "pc", "plc", "pty", "gmbh", "ag", "kg", "kgaa", "se", "ug", "ohg", "sa", "sas",
    "sarl", "sl", "srl", "spa", "bv", "nv", "oy", "ab", "as", "aps",
})  # fmt: skip
_AUTHORED = ("contract", "document", "proposal", "slides", "sheet", "crm")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def slugify(name: str) -> str:
    """A name as a slug: lower case, ASCII letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "account"


def choose_account(readings: Sequence[Reading], folder: str) -> str | None:
    """The account's name: what the CRM says, or of several accounts in one export the one spoken of.

    An export of all deals names many; the one whose name's words occur most in mails, calls and
    papers (and in the folder's name) is this deal's.
    """
    named = next((r.facts["account_name"] for r in readings if r.facts.get("account_name")), None)
    if named:
        return named
    candidates = {
        a.meta["account_name"] for r in readings for a in r.artifacts if a.meta.get("account_name")
    }
    if not candidates:
        return None
    text = " ".join(
        s.text for r in readings for a in r.artifacts if a.kind != "crm" and not a.meta.get("account_name") for s in a.segments
    ).lower() + " " + folder.lower().replace("-", " ")  # fmt: skip
    rare = {c: [w for w in re.findall(r"[a-z]{3,}", c.lower())] for c in candidates}
    return max(
        sorted(candidates),
        key=lambda c: text.count(c.lower()) * 50 + sum(text.count(w) for w in rare[c][:2]),
    )


def company_key(name: str) -> str:
    """A company's name for comparison: `Acme, Inc.`, `ACME Inc` and `Acme` are one."""
    plain = unicodedata.normalize("NFKD", name).casefold().replace(".", "")
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = [word for word in re.findall(r"\w+", letters) if word not in ("and", "und")]
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def of_account(reading: Reading, account: str | None) -> tuple[Reading, list[NotRead]]:
    """The reading without records of other accounts, which are reported as not read.

    A help desk's organisation counts only where one of them is the account: it may name a site.
    """
    if account is None:
        return reading, []
    own = company_key(account)
    organisations = {company_key(a.meta.get("organization", "")) for a in reading.artifacts}
    name = {
        a.path: a.meta.get("account_name") or (a.meta.get("organization") if own in organisations else "")
        for a in reading.artifacts
    }  # fmt: skip
    others = [a for a in reading.artifacts if company_key(name[a.path] or account) != own]
    if not others:
        return reading, []
    kept = tuple(a for a in reading.artifacts if a not in others)
    left_out = [
        NotRead(path=a.path, why=f"belongs to another account ({name[a.path]})") for a in others
    ]
    participants = tuple(p for a in kept for p in a.participants)
    names = {p.name for p in participants} | {p.name for p in reading.people if p.side == "vendor"}
    people = tuple(p for p in reading.people if p.name in names)
    return reading.model_copy(update={"artifacts": kept, "people": people}), left_out


def gather_people(readings: Iterable[Reading]) -> People:
    """All people any source names, merged."""
    people = People()
    readings = list(readings)
    for reading in readings:
        for participant in reading.people:
            people.add(participant)
    for reading in readings:
        for artifact in reading.artifacts:
            for participant in artifact.participants:
                people.add(participant)
    for reading in readings:
        for artifact in reading.artifacts:
            for s in artifact.segments:
                if s.speaker and people.find(s.speaker, s.speaker_id) is None:
                    address = s.speaker_id if s.speaker_id and "@" in s.speaker_id else None
                    people.add(
                        Participant(
                            name=s.speaker,
                            email=address,
                            system_id=None if address else s.speaker_id,
                            side=s.side,
                        )
                    )
    return people


def infer_call_sides(artifacts: Sequence[RawArtifact], people: People) -> dict[str, str]:
    """Speakers of a call with us whom no source of ours knows are the customer's.

    Only where our own people are well known: at least one speaker of the call is ours and at least
    two of ours are known in all, or our side is known by a Slack workspace.
    """
    explained: dict[str, str] = {}
    ours = {h.name for h in people.humans if h.side == "vendor"}
    for artifact in artifacts:
        if artifact.kind != "call":
            continue
        speakers = {
            id(h): h
            for s in artifact.segments
            if s.speaker and (h := people.find(s.speaker, s.speaker_id))
        }
        if not any(h.name in ours for h in speakers.values()):
            continue
        for human in speakers.values():
            if human.side == "unknown" and not human.emails:
                human.side, human.why = "customer", "on a call with us and none of ours"
                explained[human.name] = f"customer: {human.why}"
    return explained


def _execution(
    artifact: RawArtifact, kind: Kind, text: str, mails: Sequence[RawArtifact]
) -> Execution:
    if kind != "contract":
        return "not_applicable"
    found = execution_of(text)
    if found != "executed" and found != "draft" and named_by_completion(artifact, mails):
        return "executed"
    return found


def _kind(artifact: RawArtifact, manifest: Manifest, text: str) -> Kind:
    for pattern, kind in manifest.kinds.items():
        if fnmatch.fnmatch(artifact.path, pattern):
            return kind
    if (
        artifact.kind == "document"
        and looks_like_contract(artifact.title, text)
        and execution_of(text) != "unsigned"
    ):
        return "contract"
    return artifact.kind


def _text_and_spans(artifact: RawArtifact) -> tuple[str, list[tuple[int, int]]]:
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    length = 0
    for i, segment in enumerate(artifact.segments):
        if i:
            out.append(segment.joiner_before)
            length += 1
        spans.append((length, length + len(segment.text)))
        out.append(segment.text)
        length += len(segment.text)
    return "".join(out), spans


def _segment_side(
    human: Human | None, stated: Side | None, speaker: str | None, kind: Kind
) -> Side:
    if human is not None and human.side != "unknown":
        return human.side
    if stated is not None:
        return stated
    if speaker is None and kind == "note":
        return "vendor"
    return "unknown"


def _attached_to(raw: RawArtifact, mails: Sequence[RawArtifact]) -> dict[str, str]:
    """The link from a file to the mail that it came with."""
    carrier = raw.path.rpartition("!/")[0]
    return {"attachment_of": carrier} if any(mail.path == carrier for mail in mails) else {}


def assemble(
    raw: RawArtifact, people: People, manifest: Manifest, mails: Sequence[RawArtifact]
) -> tuple[Artifact, list[Segment]]:
    """The artifact with its extracted text, and its segments with offsets, sides and persons."""
    text, spans = _text_and_spans(raw)
    kind = _kind(raw, manifest, text)
    execution = _execution(raw, kind, text, mails)
    dated = next((d for p, d in manifest.dates.items() if fnmatch.fnmatch(raw.path, p)), raw.date)
    summary = raw.meta.get("summary") == "true"
    artifact = Artifact(
        id=_digest(raw.path, text), path=raw.path, kind=kind, system=raw.system, title=raw.title,
        date=dated, participants=raw.participants, execution=execution, meta=raw.meta | _attached_to(raw, mails), text=text,
        authority=artifact_rung(kind, execution, raw.title, text, summary),
    )  # fmt: skip
    segments = []
    for i, (segment, (start, end)) in enumerate(zip(raw.segments, spans, strict=True)):
        human = people.find(segment.speaker, segment.speaker_id) if segment.speaker else None
        segments.append(
            Segment(
                id=_digest(raw.path, str(start), segment.text),
                artifact=raw.path,
                ordinal=i,
                text=segment.text,
                start=start,
                end=end,
                locator=segment.locator,
                speaker=bare_name(segment.speaker) if segment.speaker else None,
                person=human.name if human else None,
                side=_segment_side(human, segment.side, segment.speaker, kind),
                at=segment.at or dated,
                role=segment.role,
            )
        )
    return artifact, segments


def _day(value: datetime | date | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


def people_of(
    people: People, artifacts: Sequence[Artifact], segments: Sequence[Segment]
) -> list[Person]:
    """The resolved people with what was counted of them: calls, mails, chat messages, last seen."""
    kinds = {a.path: a for a in artifacts}
    seen: dict[str, dict[str, set[str]]] = {}
    last: dict[str, date] = {}
    for s in segments:
        if not s.person or s.role in ("quoted", "event"):
            continue
        artifact = kinds[s.artifact]
        place = s.id if artifact.kind == "chat" else s.artifact
        seen.setdefault(s.person, {}).setdefault(artifact.kind, set()).add(place)
        if (at := _day(s.at)) is not None:
            last[s.person] = max(at, last.get(s.person, at))
    result = []
    for human in people.humans:
        if "@" in human.name or (human.name not in seen and not human.roles and not human.emails):
            continue
        count = seen.get(human.name, {})
        result.append(
            Person(
                name=human.name,
                side=human.side,
                title=human.title,
                emails=tuple(sorted(human.emails)),
                aliases=tuple(sorted(human.aliases - {human.name})),
                roles=tuple(sorted(human.roles)),
                calls=len(count.get("call", ())),
                mails=len(count.get("mail", ())),
                messages=len(count.get("chat", ())),
                last_seen=last.get(human.name),
            )
        )
    return result


def _parse_day(value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def vendor_name(manifest: Manifest, people: People, texts: Sequence[str]) -> str | None:
    """The vendor as the papers spell it: the capitalised words that match its mail domain."""
    if manifest.vendor:
        return manifest.vendor
    domains = [
        d for h in people.humans if h.side == "vendor" for e in h.emails if (d := domain_of(e))
    ]
    if not domains:
        return None
    label = max(set(domains), key=domains.count).split(".")[0]
    squashed = re.sub(r"[^a-z]", "", label)
    pattern = re.compile(r"\b[A-Z][\w&]*(?:[ ][A-Z][\w&]*){0,3}")
    for text in texts:
        for match in pattern.finditer(text):
            words = match.group().split()
            for n in range(len(words), 0, -1):
                joined = re.sub(r"[^a-z]", "", "".join(words[:n]).lower())
                if joined == squashed or (
                    n == 1 and len(joined) > 4 and squashed.startswith(joined)
                ):
                    name = " ".join(words[:n])
                    return name.title() if name.isupper() and len(name) > 4 else name
    return label.capitalize()


def deal_facts(artifacts: Sequence[RawArtifact], facts: dict[str, str]) -> dict[str, str]:
    """The account's facts, completed from the meta of its own deal records."""
    found = dict(facts)
    for artifact in artifacts:
        if artifact.kind == "crm":
            for key, name in (
                ("stage", "stage"),
                ("close_date", "close_date"),
                ("owner", "ae"),
                ("ae", "ae"),
            ):
                if artifact.meta.get(key):
                    found.setdefault(name, artifact.meta[key])
    return found


def account_of(
    slug: str, name: str, manifest: Manifest, facts: dict[str, str], vendor: str | None
) -> Account:
    """The account's head: manifest before CRM."""
    return Account(
        slug=slug, name=name, vendor=vendor,
        stage=manifest.stage or facts.get("stage"),
        close_date=manifest.close_date or _parse_day(facts.get("close_date")),
        kickoff_date=manifest.kickoff_date or _parse_day(facts.get("kickoff_date")),
        ae=manifest.ae or facts.get("ae"), csm=manifest.csm or facts.get("csm"),
    )  # fmt: skip
