"""Chats in exports that have no reader of their own: who wrote what when, by the names that many systems use."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from indexer.models import RawArtifact
from indexer.readers import load_readers, reader_for
from indexer.readers.base import Source, SourceMap


def read(path: str, content: bytes) -> tuple[RawArtifact, ...]:
    source = Source(path, content)
    reader = reader_for(source, load_readers())
    assert reader is not None
    return reader.read(source, SourceMap({path: content})).artifacts


def test_the_one_who_wrote_is_a_record_of_its_own_and_the_day_is_written_out() -> None:
    messages = [
        {
            "creator": {"name": name, "email": f"{name.split()[0].lower()}@reef.example", "user_type": "Human"},
            "created_date": f"Friday, {day} May 2026 at 9:12:00 UTC", "text": text, "topic_id": "t1", "message_id": f"t1/{day}",
        }
        for name, day, text in (
            ("Ada Reef", 8, "we bring the pumps on the tenth, that's settled"), ("Tom Kelp", 9, "good, gate two is open then"),
        )
    ]  # fmt: skip
    (chat,) = read("space/messages.json", json.dumps({"messages": messages}).encode())
    assert chat.kind == "chat"
    assert [s.speaker for s in chat.segments] == ["Ada Reef", "Tom Kelp"]
    assert chat.segments[0].at == datetime(2026, 5, 8, 9, 12, tzinfo=UTC)


def test_records_under_the_name_of_their_type_and_account_names_that_are_listed() -> None:
    rows = [
        {"type": "version", "version": 1},
        {"type": "user", "user": {"username": "ada", "email": "ada@reef.example", "first_name": "Ada", "last_name": "Reef"}},
        {"type": "user", "user": {"username": "tom", "email": "tom@kelp.example", "first_name": "Tom", "last_name": "Kelp"}},
        {"type": "post", "post": {"channel": "shared", "user": "ada", "message": "the spare filters are on us", "create_at": 1790629320000}},
        {"type": "post", "post": {"channel": "shared", "user": "tom", "message": "lovely, thank you", "create_at": 1790629380000}},
        {"type": "post", "post": {"channel": "shared", "user": "ada", "message": "see you at the tank on Monday", "create_at": 1790629390000}},
        {"type": "post", "post": {"channel": "shared", "user": "tom", "message": "yes", "create_at": 1790629400000}},
        {"type": "post", "post": {"channel": "shared", "user": "ada", "message": "bring the old keys please", "create_at": 1790629500000}},
        {"type": "post", "post": {"channel": "shared", "user": "tom", "message": "will do", "create_at": 1790629600000}},
    ]  # fmt: skip
    found = read("export.jsonl", "\n".join(map(json.dumps, rows)).encode())
    chat = next(a for a in found if a.kind == "chat")
    assert [s.speaker for s in chat.segments[:2]] == ["Ada Reef", "Tom Kelp"]
    assert chat.segments[0].text == "the spare filters are on us"
