"""Slack reader on small exports made up here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from indexer.errors import UnreadableFile
from indexer.models import MessageLocator, Reading
from indexer.readers import slack
from indexer.readers.base import Source, SourceMap
from indexer.readers.slack_markup import blocks_text, plain_text

USERS = [
    {"id": "U0ANN", "team_id": "T1", "name": "ann", "real_name": "Ann Lee",
     "profile": {"display_name": "", "real_name": "Ann Lee", "title": "AE",
                 "email": "Ann@v.example"}},
    {"id": "U0BOB", "team_id": "T1", "name": "bob", "profile": {"real_name": "Bob Ray"}},
    {"id": "U0JO", "team_id": "T1", "name": "jo", "is_restricted": True,
     "profile": {"real_name": "Jo Roe"}},
    {"id": "U0EX", "team_id": "T2", "name": "ex", "profile": {"real_name": "Ex Ternal"}},
    {"id": "U0BOT", "team_id": "T1", "name": "crm", "is_bot": True,
     "profile": {"real_name": "CRM"}},
]  # fmt: skip
DAY = "slack/deal-acme/2026-02-03.json"


def read(messages: Any, path: str = DAY, root: str = "slack/", **extra: Any) -> Reading:
    files = {path: json.dumps(messages).encode(), root + "users.json": json.dumps(USERS).encode()}
    files |= {
        root + name.replace("_json", ".json"): json.dumps(v).encode() for name, v in extra.items()
    }
    source = Source(path, files[path])
    assert slack.reader.recognises(source)
    return slack.reader.read(source, SourceMap(files))


def message(text: str = "hi", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U0ANN", "ts": "1770113520.953659", "text": text, **more}


def test_message() -> None:
    reading = read([message("one\n*two*", thread_ts="1770113000.000001")])
    (artifact,) = reading.artifacts
    (segment,) = artifact.segments
    assert (artifact.path, artifact.kind, artifact.system) == (DAY, "chat", "slack")
    assert artifact.meta["channel"] == "deal-acme"
    assert segment.text == "one\ntwo"
    assert (segment.speaker, segment.speaker_id, segment.side) == (
        "Ann Lee",
        "ann@v.example",
        "vendor",
    )
    assert segment.at == datetime(2026, 2, 3, 10, 12, 0, 953659, tzinfo=UTC)
    assert segment.locator == MessageLocator(
        id="1770113520.953659",
        time="2026-02-03T10:12:00.953659+00:00",
        thread="1770113000.000001",
        label="#deal-acme, 3 Feb 2026 10:12, Ann Lee",
    )


def test_inside_a_zip() -> None:
    reading = read([message()], "x.zip!/export/deal/2026-02-03.json", "x.zip!/export/")
    assert reading.artifacts[0].segments[0].speaker == "Ann Lee"


@pytest.mark.parametrize(
    ("more", "name", "side"),
    [
        ({"user": "U0JO"}, "Jo Roe", None),
        ({"user": "U0EX"}, "Ex Ternal", None),
        ({"user": "U9", "user_profile": {"real_name": "Kim Fox"}}, "Kim Fox", None),
        ({"user": "U9", "user_profile": {"real_name": "", "display_name": "kim"}}, "kim", None),
        ({"user": None, "bot_id": "B1", "username": "Hook"}, "Hook", None),
        ({"user": None, "bot_id": "B1", "bot_profile": {"name": "App"}}, "App", None),
        ({"user": "U9"}, "U9", None),
    ],
)
def test_names_fall_back(more: dict[str, Any], name: str, side: str | None) -> None:
    segment = read([message(**more)]).artifacts[0].segments[0]
    assert (segment.speaker, segment.side) == (name, side)


def name_of(user: str) -> str:
    return {"U1": "Ann Lee"}.get(user, user)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<@U1> and <@U2|jo> and <@U3>", "@Ann Lee and @jo and @U3"),
        ("see <https://x.example/a_b?c=1&amp;d|the SOW> &lt;v2&gt;", "see the SOW <v2>"),
        ("<https://x.example/a_b_c>", "https://x.example/a_b_c"),
        ("<https://files.slack.com/f?t=xoxe-1>", "https://files.slack.com/f"),
        ("<#C1|acme> <!here> <!subteam^S1|@team>", "#acme @here @team"),
        ("<!date^1392734382^{date}|Feb 18> <mailto:a@b.example|a@b.example>", "Feb 18 a@b.example"),
        ("*bold* _it_ ~no~ `co_de` snake_case 2*3*4", "bold it no co_de snake_case 2*3*4"),
        ("&gt; quoted\nmine", "quoted\nmine"),
        ("&amp;lt; stays", "&lt; stays"),
        ("```a *b*\n_c_```", "a *b*\n_c_"),
        ("*<https://x.example|link>*", "link"),
    ],
)
def test_markup(text: str, expected: str) -> None:
    assert plain_text(text, name_of) == expected


def test_blocks_where_text_is_empty() -> None:
    blocks = [{"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [
            {"type": "user", "user_id": "U0BOB"}, {"type": "text", "text": " see "},
            {"type": "link", "url": "https://x.example", "text": "this"}]},
        {"type": "rich_text_list", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]},
            {"type": "rich_text_section", "elements": [
                {"type": "text", "text": "b"}]}]}]}]  # fmt: skip
    reading = read([message("", blocks=blocks), message("x", ts="1770113521.000000", blocks=None)])
    assert [s.text for s in reading.artifacts[0].segments] == ["@Bob Ray see this\na\nb", "x"]
    section = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Won* <@U1>"}}]
    assert blocks_text(section, name_of) == "Won @Ann Lee"


def test_previews_are_quoted_and_app_messages_are_not() -> None:
    preview = {"title": "Page", "text": "Someone else's words", "fallback": "x"}
    body, quoted = read([message("look", attachments=[preview])]).artifacts[0].segments
    assert (body.role, quoted.role, quoted.speaker) == ("body", "quoted", None)
    assert quoted.text == "Page\nSomeone else's words"
    app = message(
        "", user=None, bot_id="B1", username="CRM", attachments=[{"fallback": "<https://x|Won>"}]
    )
    (segment,) = read([app]).artifacts[0].segments
    assert (segment.text, segment.role, segment.speaker) == ("Won", "body", "CRM")


def test_files_are_named() -> None:
    (segment,) = (
        read([message("", files=[{"name": "sow.docx"}, {"mode": "tombstone"}])])
        .artifacts[0]
        .segments
    )
    assert segment.text == "[file: sow.docx]"


def test_events() -> None:
    joined = message("<@U0ANN> has joined the channel", subtype="channel_join")
    shared = message("also here", subtype="thread_broadcast", root={"text": "root"})
    segments = read([joined, shared]).artifacts[0].segments
    assert [(s.role, s.text) for s in segments] == [
        ("event", "@Ann Lee has joined the channel"),
        ("body", "also here"),
    ]


@pytest.mark.parametrize("folder", ["D0ABCDEF12", "mpdm-ann--jo-1", "C0PRIVATE"])
def test_direct_messages_are_not_read(folder: str) -> None:
    path = f"slack/{folder}/2026-02-03.json"
    reading = read([message("secret")], path, dms_json=[{"id": "C0PRIVATE"}])
    assert reading.artifacts == ()
    assert reading.not_read[0].path == path
    assert "private direct messages" in reading.not_read[0].why
    source = Source(path, json.dumps([message("secret")]).encode())
    (artifact,) = slack.reader.read(source, SourceMap({}, read_private=True)).artifacts
    assert artifact.meta.get("private") == ("true" if folder != "C0PRIVATE" else None)


def test_directory_files_give_people_only() -> None:
    source = Source("slack/users.json", json.dumps(USERS).encode())
    assert slack.reader.recognises(source)
    reading = slack.reader.read(source, SourceMap({}))
    assert (reading.artifacts, reading.not_read) == ((), ())
    assert [(p.name, p.side, p.role) for p in reading.people] == [
        ("Ann Lee", "vendor", "member"),
        ("Bob Ray", "vendor", "member"),
        ("Jo Roe", None, "guest"),
        ("Ex Ternal", None, "guest"),
    ]
    assert (reading.people[0].email, reading.people[0].system_id) == ("ann@v.example", "U0ANN")
    channels = Source("slack/channels.json", b'[{"id": "C1", "name": "deal"}]')
    assert slack.reader.recognises(channels)
    assert slack.reader.read(channels, SourceMap({})) == Reading()


def test_without_users_file() -> None:
    content = json.dumps([message(user_profile={"real_name": "Ann Lee"})]).encode()
    source = Source("general/2026-02-03.json", content)
    (artifact,) = slack.reader.read(source, SourceMap({source.path: content})).artifacts
    assert artifact.segments[0].speaker == "Ann Lee"
    assert artifact.segments[0].speaker_id == "U0ANN"


def test_broken_files() -> None:
    for content in (b'[{"ts": "1", "text"', b'[{"ts": "", "text": ""}]'):
        source = Source(DAY, content)
        with pytest.raises(UnreadableFile):
            slack.reader.read(source, SourceMap({}))


def test_other_json_is_not_slack() -> None:
    assert not slack.reader.recognises(Source("users.json", b'{"users": []}'))
    assert not slack.reader.recognises(Source("a/2026-02-03.json", b'[{"start": 1}]'))
