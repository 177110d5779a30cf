"""Google Chat's Takeout: who wrote what and when, what is quoted, and that private conversations stay closed."""

from __future__ import annotations

import json

import pytest

from indexer.errors import UnreadableFile
from indexer.models import Reading
from indexer.readers import load_readers, reader_for
from indexer.readers.base import SourceMap

JO = {"name": "Jo Roe", "email": "Jo@acme.example", "user_type": "Human"}
ANN = {"name": "Ann Lee", "email": "ann@brightware.example", "user_type": "Human"}
BOT = {"name": "Standup", "user_type": "Bot"}
MESSAGES = [
    {"creator": JO, "created_date": "Tuesday, March 3, 2026 at 9:02:11\u202fAM UTC", "text": "Can it\nprint labels?", "message_id": "s/1"},
    {"creator": ANN, "created_date": "Tuesday, March 3, 2026 at 1:15:03 PM UTC", "text": "Yes, from day one.", "message_id": "s/2",
     "quoted_message_metadata": {"creator": JO, "text": "Can it print labels?"}},
    {"creator": JO, "created_date": "mardi 3 mars 2026", "message_id": "s/3", "attached_files": [{"original_name": "labels.pdf", "export_name": "labels.pdf"}]},
    {"creator": BOT, "created_date": "Tuesday, March 3, 2026 at 2:00:00 PM UTC", "text": "Time for standup", "message_id": "s/4"},
    {"message_state": "DELETED", "creator": ANN, "created_date": "Tuesday, March 3, 2026 at 2:05:00 PM UTC", "text": "", "message_id": "s/5"},
]  # fmt: skip
INFO = {"name": "Acme rollout", "members": [JO, {"name": "Kim Wu", "email": "kim@acme.example", "user_type": "Human"}]}  # fmt: skip


def read(folder: str, messages: object = MESSAGES, read_private: bool = False) -> tuple[str, Reading]:  # fmt: skip
    files = {
        f"{folder}/messages.json": json.dumps({"messages": messages}).encode(),
        f"{folder}/group_info.json": json.dumps(INFO).encode(),
    }
    sources = SourceMap(files, read_private)
    source = sources.get(f"{folder}/messages.json")
    assert source is not None
    reader = reader_for(source, load_readers())
    assert reader is not None
    return reader.name, reader.read(source, sources)


def test_who_wrote_what_and_when() -> None:
    name, reading = read("Google Chat/Groups/Space AAAA")
    assert name == "Google Chat (Takeout)"
    (chat,) = reading.artifacts
    assert (chat.kind, chat.title, chat.meta) == ("chat", "Acme rollout", {"channel": "Acme rollout"})  # fmt: skip
    told = [(s.speaker, s.speaker_id, s.role, s.text) for s in chat.segments]
    assert told == [
        ("Jo Roe", "jo@acme.example", "body", "Can it print labels?"),
        (None, None, "quoted", "Can it print labels?"),
        ("Ann Lee", "ann@brightware.example", "body", "Yes, from day one."),
        ("Jo Roe", "jo@acme.example", "body", "labels.pdf"),
        ("Standup", None, "event", "Time for standup"),
    ]
    assert [s.at.isoformat() if s.at else None for s in chat.segments][:4] == [
        "2026-03-03T09:02:11+00:00", "2026-03-03T13:15:03+00:00", "2026-03-03T13:15:03+00:00", None,
    ]  # fmt: skip
    assert chat.segments[0].locator.label == "message 1, 3 Mar 2026, Jo Roe"
    people = {(p.name, p.email) for p in chat.participants}
    assert people == {("Jo Roe", "jo@acme.example"), ("Ann Lee", "ann@brightware.example"), ("Kim Wu", "kim@acme.example")}  # fmt: skip


def test_private_conversations_are_read_only_where_the_team_says_so() -> None:
    _, closed = read("Google Chat/Groups/DM abc")
    assert not closed.artifacts
    assert "direct_messages" in closed.not_read[0].why
    _, opened = read("Google Chat/Groups/DM abc", read_private=True)
    assert opened.artifacts[0].meta["private"] == "true"


@pytest.mark.parametrize(
    "message", [{"creator": "Jo", "created_date": "x"}, {"creator": JO, "created_date": "x", "text": 7}, {"creator": JO, "created_date": "x"}]
)  # fmt: skip
def test_what_is_no_conversation_is_reported(message: object) -> None:
    with pytest.raises(UnreadableFile):
        read("Google Chat/Groups/Space AAAA", [message])
