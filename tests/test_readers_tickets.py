"""Ticket readers, Teams chat and usage tables on small files made up here."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from indexer.account import of_account
from indexer.errors import UnreadableFile
from indexer.models import MessageLocator, RawArtifact, RawSegment, Reading
from indexer.readers import intercom, jira, load_readers, reader_for, tabular, teams, zendesk
from indexer.readers.base import Reader, Source, SourceMap
from indexer.readers.jira_csv import site_time
from indexer.readers.jira_markup import adf_text, wiki_text

SAMPLES = Path(os.environ.get("BATON_SAMPLES") or "no-samples")
"""Authentic exports that nobody here wrote; they are not part of the repository."""
OWN: tuple[Reader, ...] = (zendesk.reader, intercom.reader, jira.reader, teams.reader)


def encoded(held: Any) -> bytes:
    return held.encode() if isinstance(held, str) else json.dumps(held).encode()


def read(reader: Reader, held: Any, path: str = "x/export.bin", **more: Any) -> Reading:
    files = {path: encoded(held)} | {f"x/{name}.json": encoded(v) for name, v in more.items()}
    source = Source(path, files[path])
    assert reader_for(source, load_readers()) is not None
    assert reader.recognises(source)
    return reader.read(source, SourceMap(files))


def said(reading: Reading) -> list[tuple[str, str | None, str | None]]:
    return [
        (s.text, s.speaker, s.side)
        for a in reading.artifacts
        for s in a.segments
        if s.role not in ("field", "row")
    ]


def fields(reading: Reading) -> list[str]:
    return [s.text for a in reading.artifacts for s in a.segments if s.role == "field"]


TICKET = {
    "id": 35436, "subject": "SSO fails", "description": "Help!", "status": "open",
    "priority": "high", "type": "incident", "requester_id": 1, "submitter_id": 1,
    "assignee_id": 2, "organization_id": 9, "tags": ["sso", "go-live"], "via": {"channel": "web"},
    "custom_fields": [{"id": 77, "value": "Sev 1"}, {"id": 78, "value": None}],
    "created_at": "2026-02-03T10:00:00Z", "updated_at": "2026-02-04T10:00:00Z", "new_key": {"x": 1},
}  # fmt: skip
COMMENTS = [
    {"id": 11, "type": "Comment", "author_id": 1, "body": "Help!", "public": True,
     "html_body": "<p>Help!</p><p>Still down.</p>", "created_at": "2026-02-03T10:00:00Z"},
    {"id": 12, "type": "Comment", "author_id": 2, "body": "Their IdP is old", "html_body": "",
     "public": False, "created_at": "2026-02-03T11:00:00Z"},
]  # fmt: skip
USERS = {"users": [
    {"id": 1, "name": "Jo Roe", "email": "Jo@acme.example", "role": "end-user", "verified": True},
    {"id": 2, "name": "Ann Lee", "email": "ann@v.example", "role": "agent", "verified": True},
]}  # fmt: skip


def test_zendesk_ticket_with_comments_and_users() -> None:
    more = {
        "organizations": [{"id": 9, "name": "Acme"}],
        "ticket_fields": [{"id": 77, "title": "Severity"}],
    }
    reading = read(zendesk.reader, {"tickets": [TICKET | {"comments": COMMENTS}], **USERS, **more})
    (artifact,) = reading.artifacts
    assert artifact.path == "x/export.bin!/35436"
    assert (artifact.kind, artifact.system, artifact.title) == (
        "ticket", "zendesk", "ticket 35436 SSO fails"
    )  # fmt: skip
    assert artifact.date == datetime(2026, 2, 3, 10, tzinfo=UTC)
    assert artifact.meta["priority"] == "high"
    shown = fields(reading)
    assert "status: open" in shown
    assert "Severity: Sev 1" in shown
    assert "organization: Acme" in shown
    assert "tags: sso; go-live" in shown
    assert "created_at: 2026-02-03T10:00:00Z" in shown
    assert said(reading) == [
        ("Help!", "Jo Roe", "customer"),
        ("Still down.", "Jo Roe", "customer"),
        ("Their IdP is old", "Ann Lee", "vendor"),
    ]
    note = artifact.segments[-1]
    assert note.at == datetime(2026, 2, 3, 11, tzinfo=UTC)
    assert note.locator == MessageLocator(
        id="12",
        time="2026-02-03T11:00:00+00:00",
        thread="35436",
        label="ticket 35436, internal note 3 Feb 2026 Ann Lee",
    )
    assert [(p.name, p.email, p.side) for p in reading.people] == [
        ("Jo Roe", "jo@acme.example", "customer"),
        ("Ann Lee", "ann@v.example", "vendor"),
    ]


def test_zendesk_incremental_export_and_users_beside_it() -> None:
    answer = {"tickets": [TICKET], "count": 1, "end_time": 1, "end_of_stream": True,
              "next_page": "https://x.example/next"}  # fmt: skip
    reading = read(zendesk.reader, answer, users=USERS)
    assert said(reading) == [("Help!", "Jo Roe", "customer")]
    assert reading.not_read == ()
    paged = read(zendesk.reader, answer | {"end_of_stream": False})
    assert "further pages" in paged.not_read[0].why


def test_zendesk_full_export_has_a_ticket_on_each_line() -> None:
    person = {"id": 1, "name": "Jo Roe", "email": "jo@acme.example"}
    comment = {"id": 5, "author": person, "body": "Hi", "public": True, "created_at": "x"}
    row = {"id": 7, "subject": "S", "status": "new", "requester": person,
           "assignee": {"id": 2, "name": "Ann Lee"}, "comments": [comment]}  # fmt: skip
    text = "\n".join(json.dumps(row | {"id": number}) for number in (7, 8)) + "\n"
    reading = read(zendesk.reader, text)
    assert [a.path for a in reading.artifacts] == ["x/export.bin!/7", "x/export.bin!/8"]
    assert said(reading) == [("Hi", "Jo Roe", "customer")] * 2
    with pytest.raises(UnreadableFile, match="line 3"):
        zendesk.reader.read(Source("t", (text + '{"id": 9, "sub').encode()), SourceMap({}))
    odd = read(zendesk.reader, text + '{"id": 9, "subject": 1}')
    assert said(odd) == said(reading)
    assert [n.why for n in odd.not_read] == ["1 entry is of another kind than the rest"]


def record(path: str, **meta: str) -> RawArtifact:
    segment = RawSegment(text="x", locator=MessageLocator(id="1"))
    return RawArtifact(
        path=path, kind="ticket", system="s", title="", segments=(segment,), meta=meta
    )


@pytest.mark.parametrize(
    ("spelling", "own"),
    [
        ("Acme, Inc.", True), ("ACME INC", True), ("Acme", True), ("The Acmé Company", True),
        ("Acme Health", False), ("Inc.", False),
    ],
)  # fmt: skip
def test_an_account_may_be_spelled_otherwise(spelling: str, own: bool) -> None:
    reading = Reading(artifacts=(record("a", account_name=spelling), record("b")))
    kept, left_out = of_account(reading, "Acme Inc")
    assert [a.path for a in kept.artifacts] == (["a", "b"] if own else ["b"])
    assert [n.why for n in left_out] == (
        [] if own else [f"belongs to another account ({spelling})"]
    )


def test_tickets_of_other_organisations_are_left_out() -> None:
    tickets = (
        record("a", organization="Acme, Inc."),
        record("b", organization="Other"),
        record("c"),
    )
    kept, left_out = of_account(Reading(artifacts=tickets), "Acme Inc")
    assert [a.path for a in kept.artifacts] == ["a", "c"]
    assert [n.path for n in left_out] == ["b"]
    # Names of sites, not of accounts.
    sites = Reading(
        artifacts=(record("a", organization="Waupaca"), record("b", organization="Greer"))
    )
    assert of_account(sites, "Acme Inc") == (sites, [])
    assert of_account(Reading(artifacts=(record("a", account_name="日本"),)), "東京")[1]


def test_zendesk_sides_need_two_people() -> None:
    reading = read(zendesk.reader, {"ticket": TICKET | {"assignee_id": 1}})
    assert said(reading) == [("Help!", "1", None)]


def test_zendesk_audit() -> None:
    events = [
        {"id": 1, "type": "Comment", "body": "note", "public": False},
        {
            "id": 2,
            "type": "Change",
            "field_name": "status",
            "previous_value": "new",
            "value": "open",
        },
        {"id": 3, "type": "Notification", "recipients": [1]},
    ]
    audit = {"ticket_id": 6, "author_id": 2, "created_at": "2026-02-03T10:00:00Z", "events": events}
    reading = read(zendesk.reader, {"audits": [audit]}, users=USERS)
    assert [s.text for s in reading.artifacts[0].segments] == [
        "note", "2026-02-03 status: new -> open"
    ]  # fmt: skip
    assert said(reading) == [("note", "Ann Lee", "vendor")]


def test_zendesk_csv_of_a_view() -> None:
    table = (
        "Id,Requester,Requester email,Subject,Status,Priority,Assignee,Created at\n"
        '12,Jo Roe,jo@acme.example,"SSO, again",Open,High,Ann Lee,2026-02-03 10:00\n'
    )
    reading = read(zendesk.reader, table)
    (artifact,) = reading.artifacts
    assert (artifact.path, artifact.date) == ("x/export.bin!/12", date(2026, 2, 3))
    assert "subject: SSO, again" in fields(reading)
    assert artifact.meta["status"] == "Open"
    assert [(p.name, p.side) for p in artifact.participants] == [
        ("Jo Roe", "customer"), ("Ann Lee", "vendor")
    ]  # fmt: skip
    assert "no comments" in reading.not_read[0].why


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tickets": [TICKET, "x"]}, "tickets 2 is a text, not an object"),
        ({"tickets": [TICKET, {"id": 5}]}, "entry 2 of tickets is not a ticket"),
        ({"tickets": [TICKET | {"comments": "none"}]}, "comments of ticket 35436"),
        (
            {"tickets": [TICKET | {"subject": ["x"]}]},
            "subject of ticket 35436 is a list, not a text",
        ),
        ({"tickets": [TICKET], "users": {"id": 1}}, "users is an object, not a list"),
    ],
)
def test_zendesk_wrong_shapes_are_refused_whole(change: Any, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(zendesk.reader, change)


JO = {"type": "user", "id": "u1", "name": "Jo Roe", "email": "jo@acme.example"}
CONVERSATION = {
    "type": "conversation", "id": "147", "created_at": 1770112800, "state": "closed",
    "priority": "not_priority", "title": None, "custom_attributes": {"Severity": "Sev 2"},
    "source": {"id": "s1", "subject": "<p>Export &amp; SSO</p>", "body": "<p>Hi<br>there</p>",
               "author": JO},
    "conversation_parts": {"total_count": 4, "conversation_parts": [
        {"id": "1", "part_type": "comment", "body": "<p>One <b>mo</b>ment</p>",
         "created_at": 1770112860, "author": {"type": "admin", "id": "25", "name": "Ann Lee"}},
        {"id": "2", "part_type": "note", "body": "<p>old IdP</p>", "created_at": 1770112870,
         "author": {"type": "admin", "id": "25"}},
        {"id": "3", "part_type": "comment", "body": "I am a bot", "created_at": 1770112880,
         "author": {"type": "bot", "id": "9", "name": "Fin"}},
        {"id": "4", "part_type": "close", "body": None, "created_at": 1770112890, "author": None},
    ]},
}  # fmt: skip


@pytest.mark.parametrize("wrapped", ["one", "list", "lines"])
def test_intercom_conversation(wrapped: str) -> None:
    held: Any = CONVERSATION
    if wrapped == "list":
        held = {"type": "conversation.list", "conversations": [CONVERSATION], "pages": {}}
    if wrapped == "lines":
        held = json.dumps(CONVERSATION) + "\n" + json.dumps(CONVERSATION | {"id": "148"})
    reading = read(intercom.reader, held)
    artifact = reading.artifacts[0]
    assert (artifact.path, artifact.title) == ("x/export.bin!/147", "ticket 147 Export & SSO")
    assert artifact.meta["status"] == "closed"
    assert "Severity: Sev 2" in fields(reading)
    assert said(reading)[:5] == [
        ("Hi\nthere", "Jo Roe", "customer"),
        ("One moment", "Ann Lee", "vendor"),
        ("old IdP", "Ann Lee", "vendor"),
        ("I am a bot", "Fin", None),
        ("closed", None, None),
    ]
    labels = [s.locator.label for s in artifact.segments if s.role == "body"]
    assert labels[2] == "ticket 147, internal note 3 Feb 2026 Ann Lee"
    assert artifact.segments[-1].role == "event"
    assert reading.not_read == ()


def test_intercom_says_what_is_missing() -> None:
    parts = {"total_count": 9, "conversation_parts": []}
    reading = read(intercom.reader, CONVERSATION | {"conversation_parts": parts})
    assert "has 9 parts, the file holds 0" in reading.not_read[0].why
    bare = {k: v for k, v in CONVERSATION.items() if k != "conversation_parts"}
    answer = {"conversations": [bare], "pages": {"next": {"page": 2}}}
    whys = [entry.why for entry in read(intercom.reader, answer).not_read]
    assert any("further pages" in why for why in whys)
    assert any("without their parts" in why for why in whys)


@pytest.mark.parametrize(
    "change",
    [
        {"conversation_parts": {"conversation_parts": [1]}},
        {"conversation_parts": 5},
        {"source": {"body": {"x": 1}}},
        {"tags": [1]},
    ],
)
def test_intercom_wrong_shapes_are_refused_whole(change: Any) -> None:
    with pytest.raises(UnreadableFile):
        read(intercom.reader, CONVERSATION | change)


def adf(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def par(*content: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


def leaf(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


ISSUE = {
    "key": "OPS-12", "id": "1", "fields": {
        "summary": "SSO fails", "issuetype": {"name": "Bug"}, "status": {"name": "In Progress"},
        "priority": {"name": "High"}, "labels": ["sso"], "components": [{"name": "Auth"}],
        "reporter": {"displayName": "Jo Roe", "accountId": "a1", "accountType": "customer"},
        "assignee": {"displayName": "Ann Lee", "accountId": "a2", "accountType": "atlassian"},
        "created": "2026-02-03T11:00:00.000+0100", "customfield_1": {"value": "Sev 1"},
        "customfield_2": 13.0, "description": adf(par(leaf("Down since "), leaf("Monday."))),
        "comment": {"total": 3, "comments": [
            {"id": "5", "author": {"displayName": "Jo Roe", "accountId": "a1"},
             "body": "h2. Still\n[~accountid:a2] see [logs|https://x.example] {code}x=1{code}",
             "created": "2026-02-04T10:00:00.000+0000"},
            {"id": "6", "author": {"displayName": "Ann Lee", "accountId": "a2"},
             "body": adf(par({"type": "mention", "attrs": {"text": "@Jo Roe"}}, leaf(" soon"))),
             "jsdPublic": False, "created": "2026-02-05T10:00:00.000+0000"}]}},
    "changelog": {"histories": [{"created": "2026-02-03T12:00:00.000+0000", "items": [
        {"field": "status", "fromString": "To Do", "toString": "In Progress"}]}]},
}  # fmt: skip


def test_jira_issue() -> None:
    answer = {"issues": [ISSUE], "total": 1, "names": {"customfield_1": "Severity"}}
    reading = read(jira.reader, answer)
    (artifact,) = reading.artifacts
    assert (artifact.path, artifact.kind) == ("x/export.bin!/OPS-12", "ticket")
    assert artifact.date == datetime(2026, 2, 3, 10, tzinfo=UTC)
    shown = fields(reading)
    assert "severity: Sev 1" in shown
    assert "priority: High" in shown
    assert "components: Auth" in shown
    assert not [text for text in shown if "customfield" in text]
    assert artifact.meta["severity"] == "Sev 1"
    assert said(reading) == [
        ("Down since Monday.", "Jo Roe", "customer"),
        ("Still\n@Ann Lee see logs x=1", "Jo Roe", None),
        ("@Jo Roe soon", "Ann Lee", "vendor"),
    ]
    assert artifact.segments[-1].text == "2026-02-03 status: To Do -> In Progress"
    assert reading.not_read[0].why == "OPS-12 has 3 comments, the file holds 2"


def test_adf() -> None:
    rows = [
        {"type": "tableRow", "content": [
            {"type": "tableCell", "content": [par(leaf(text))]} for text in row]}
        for row in (("a", "b"), ("c", "d"))
    ]  # fmt: skip
    items = [{"type": "listItem", "content": [par(leaf(text))]} for text in ("one", "two")]
    document = adf(
        {"type": "heading", "content": [leaf("Head")]},
        par(leaf("x"), {"type": "hardBreak"}, {"type": "inlineCard", "attrs": {"url": "u"}}),
        {"type": "bulletList", "content": items},
        {"type": "table", "content": rows},
        {"type": "unknownNode", "content": [leaf("kept")]},
    )
    assert adf_text(document) == "Head\n\nx\nu\n\none\ntwo\n\na | b\nc | d\n\nkept"


def test_adf_of_any_depth() -> None:
    node: dict[str, Any] = leaf("deep")
    for _ in range(50_000):
        node = {"type": "panel", "content": [node]}
    assert adf_text(adf(node)) == "deep"
    with pytest.raises(UnreadableFile):
        adf_text(adf(*[{}] * 200_001))
    bomb = '{"issues":[{"key":"A-1","fields":{"status":' + "[" * 200_000
    with pytest.raises(UnreadableFile):
        read(jira.reader, bomb)


@pytest.mark.parametrize(
    "document", [adf("x", 5), {"type": "doc", "content": {}}, adf({"type": "text", "text": []})]
)
def test_adf_of_a_wrong_shape(document: dict[str, Any]) -> None:
    with pytest.raises(UnreadableFile):
        adf_text(document)


def test_wiki_markup() -> None:
    text = "h1. T\n* item\n*bold* 2*3*4 !a.png|width=3! https://x.example/a_b {color:red}r{color}"
    assert wiki_text(text, str) == "T\nitem\nbold 2*3*4 [file: a.png] https://x.example/a_b r"


@pytest.mark.parametrize(
    "change",
    [
        {"comment": {"comments": {}}},
        {"comment": 5},
        {"description": {"type": "other"}},
        {"reporter": "jo"},
        {"summary": ["x"]},
    ],
)
def test_jira_wrong_shapes_are_refused_whole(change: Any) -> None:
    with pytest.raises(UnreadableFile):
        read(jira.reader, {"issues": [ISSUE | {"fields": ISSUE["fields"] | change}]})  # type: ignore[operator]


def test_jira_csv() -> None:
    table = (
        "\ufeffSummary,Issue key,Issue id,Issue Type,Status,Priority,Reporter,Reporter Id,Created,"
        "Labels,Labels,Description,Custom field (Severity),Comment,Comment\r\n"
        "SSO fails,OPS-12,1,Bug,Open,High,Jo Roe,a1,12/Mar/26 9:41 AM,sso,idp,Down.,Sev 1,"
        '"13/Mar/26 9:00 AM;a1;still; down\nhere",plain; text\r\n'
    )
    reading = read(jira.reader, table)
    (artifact,) = reading.artifacts
    assert (artifact.path, artifact.date) == ("x/export.bin!/OPS-12", date(2026, 3, 12))
    shown = fields(reading)
    assert "severity: Sev 1" in shown
    assert [text for text in shown if text.startswith("Labels")] == ["Labels: sso", "Labels: idp"]
    assert said(reading) == [
        ("Down.", "Jo Roe", None),
        ("still; down\nhere", "Jo Roe", None),
        ("plain; text", None, None),
    ]
    assert artifact.segments[-2].at == date(2026, 3, 13)
    assert site_time("31/Foo/26") is None
    assert site_time("31/Feb/26 1:00 PM") is None


def graph(number: str, content: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "messageType": "message", "createdDateTime": f"2026-02-03T10:0{number}:00Z",
        "chatId": "19:abc@thread.v2", "deletedDateTime": None, "replyToId": None,
        "from": {"application": None, "user": {"id": "g1", "displayName": "Ann Lee"}},
        "body": {"contentType": "html", "content": content}, **more,
    }  # fmt: skip


def test_teams_graph_messages() -> None:
    renamed = {"@odata.type": "#microsoft.graph.chatRenamedEventMessageDetail",
               "chatDisplayName": "Acme go-live"}  # fmt: skip
    reply = graph("3", "<p>Mine</p>", replyToId="1", **{
        "from": {"user": {"id": "g2", "displayName": "Jo Roe"}}})  # fmt: skip
    held = {"@odata.count": 4, "value": [
        graph("5", "", deletedDateTime="2026-02-04T10:00:00Z"),
        graph("4", "<systemEventMessage/>", messageType="systemEventMessage", eventDetail=renamed,
              **{"from": None}),
        graph("1", '<div><at id="0">Jo Roe</at> see<br>this &amp; that</div>', replies=[reply],
              attachments=[{"name": "sow.docx"}]),
        graph("2", "a < b", body={"contentType": "text", "content": "a < b"}),
    ]}  # fmt: skip
    reading = read(teams.reader, held)
    (artifact,) = reading.artifacts
    assert (artifact.path, artifact.kind, artifact.system) == ("x/export.bin", "chat", "teams")
    assert [(s.role, s.text, s.speaker) for s in artifact.segments] == [
        ("body", "@Jo Roe see\nthis & that", "Ann Lee"),
        ("body", "[file: sow.docx]", "Ann Lee"),
        ("body", "a < b", "Ann Lee"),
        ("body", "Mine", "Jo Roe"),
        ("event", "chat renamed: Acme go-live", None),
        ("event", "message deleted", "Ann Lee"),
    ]
    answer = artifact.segments[3].locator
    assert isinstance(answer, MessageLocator)
    assert (answer.id, answer.thread) == ("3", "1")
    assert artifact.segments[0].at == datetime(2026, 2, 3, 10, 1, tzinfo=UTC)


def test_teams_account_export_leaves_private_chats() -> None:
    def chat(own: str, name: str | None) -> dict[str, Any]:
        base = {"originalarrivaltime": "2026-02-03T10:00:00Z", "from": "8:orgid:1",
                "displayName": "Ann Lee", "properties": None}  # fmt: skip
        return {"id": own, "displayName": name, "MessageList": [
            base | {"id": "2", "messagetype": "ThreadActivity/AddMember", "content": "<addmember/>",
                    "originalarrivaltime": "2026-02-03T11:00:00Z"},
            base | {"id": "1", "messagetype": "RichText/Html", "content": "<p>Hello</p>"}]}  # fmt: skip

    guid = "01234567-89ab-cdef-0123-456789abcdef"
    private = f"19:{guid}_{guid}@unq.gbl.spaces"
    held = {"userId": "8:x", "conversations": [chat("19:a@thread.v2", "Acme"), chat(private, None)]}
    reading = read(teams.reader, held)
    (artifact,) = reading.artifacts
    assert artifact.path == "x/export.bin!/19:a@thread.v2"
    assert [(s.role, s.text) for s in artifact.segments] == [
        ("body", "Hello"), ("event", "Add Member")
    ]  # fmt: skip
    assert "private" in reading.not_read[0].why
    assert read(teams.reader, held | {"conversations": held["conversations"][1:]}).artifacts == ()
    source = Source("export.bin", json.dumps(held).encode())
    both = teams.reader.read(source, SourceMap({}, read_private=True))
    assert [a.meta.get("private") for a in both.artifacts] == [None, "true"]
    assert both.not_read == ()


@pytest.mark.parametrize(
    "change",
    [{"body": {"content": []}}, {"from": "Ann"}, {"replies": "x"}, {"attachments": [1]}],
)
def test_teams_wrong_shapes_are_refused_whole(change: Any) -> None:
    with pytest.raises(UnreadableFile):
        read(teams.reader, [graph("1", "x"), graph("2", "y", **change)])


def test_teams_pages() -> None:
    script = """<html><head><title>Exported chat: Acme</title></head><body><main>
      <div data-deleted="" data-me="false"><div><span>Jo Roe</span><span>2026-02-03 10:00</span></div>
        <div><div><i>Message Deleted</i></div><div class="break-words"><p>Hi</p></div></div></div>
      <div data-deleted="true" data-me="true"><span>Ann Lee</span><span>3.2.2026</span></div>
      </main></body></html>"""
    (artifact,) = read(teams.reader, script).artifacts
    assert [(s.role, s.text, s.speaker, s.at) for s in artifact.segments] == [
        ("body", "Hi", "Jo Roe", date(2026, 2, 3)),
        ("event", "message deleted", "Ann Lee", date(2026, 2, 3)),
    ]
    assert artifact.title == "Acme"
    client = """<html><title>Acme | Microsoft Teams</title><div data-tid="chat-pane-message">
      <span data-tid="message-author-name">Jo Roe</span>
      <time datetime="2026-02-03T10:00:00.000Z">10:00</time><div id="content-17">Hi</div></div>
      <div data-tid="chat-pane-message"><div id="content-18">again</div></div></html>"""
    (artifact,) = read(teams.reader, client).artifacts
    assert [(s.text, s.speaker) for s in artifact.segments] == [
        ("Hi", "Jo Roe"),
        ("again", "Jo Roe"),
    ]
    assert artifact.segments[0].at == datetime(2026, 2, 3, 10, tzinfo=UTC)
    assert artifact.title == "Acme"
    with pytest.raises(UnreadableFile, match="message 2"):
        read(teams.reader, client.replace('id="content-18"', ""))
    assert not teams.reader.recognises(Source("a.html", b"<p>Exported chat: note</p>"))


def test_text_no_file_can_hold() -> None:
    reading = read(teams.reader, json.dumps([graph("1", "a\x00b\ud800c")]))
    assert said(reading)[0][0] == "ab\ufffdc"


def usage(count: int, note: str = "login") -> str:
    rows = (f"2026-02-{i % 28 + 1:02},u{i}@acme.example,{note},{i}\n" for i in range(count))
    return "Date,User,Event,Count\n" + "".join(rows)


@pytest.mark.parametrize(
    ("table", "bulk"),
    [
        (usage(60), True),
        (usage(50), False),
        (usage(60, "we talked about the rollout in the north"), False),
        ("Date,Owner,Task\n" + "2026-02-03,Ann,Kickoff\n" * 60, False),
        ("SKU,Price,Total\n" + "A-1,20,40\n" * 60, False),
        ("week,workspace_id,active_users\n" + "2026-02-02,w1,12\n" * 60, True),
    ],
)
def test_usage_in_bulk(table: str, bulk: bool) -> None:
    source = Source("usage.csv", table.encode())
    assert reader_for(source, load_readers()) is tabular.reader
    (artifact,) = tabular.reader.read(source, SourceMap({})).artifacts
    assert artifact.kind == "sheet"
    assert artifact.meta.get("bulk") == ("true" if bulk else None)
    assert artifact.segments[0].role == "row"


def foreign() -> list[Path]:
    folders = ("slack", "hubspot", "salesforce", "gong", "captions", "google-meet", "documents",
               "contracts", "email", "calendar", "teams")  # fmt: skip
    return sorted(p for folder in folders for p in (SAMPLES / folder).glob("*"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("slack.json", [{"type": "message", "user": "U1", "ts": "1770113520.9", "text": "hi"}]),
        ("users.json", [{"id": "U1", "team_id": "T1", "name": "ann", "profile": {}}]),
        ("owners.json", {"results": [{"id": "70", "firstName": "Ann", "userId": 1, "role": "x"}]}),
        ("deals.json", {"results": [{"id": "1", "properties": {"hs_priority": "high"}}]}),
        ("opp.json", {"records": [{"attributes": {"type": "Case", "url": "/sobjects/Case/5"},
                                   "Subject": "x", "Status": "New"}]}),
        ("gong.json", {"callTranscripts": [{"callId": "1", "transcript": []}]}),
        ("mine.json", {"issues": [{"title": "x", "fields": {}, "key": "k", "status": "open"}]}),
        ("api.json", {"value": [{"id": "1", "body": "x"}], "messageType": "x"}),
        ("Subject.csv", "Subject,Status,Type,Date,Body\nx,Open,Call,2026-02-03,hi\n"),
        ("case.csv", "Id,CaseNumber,Subject,Status,Priority,OwnerId,SystemModstamp\n1,2,x,a,b,c,d\n"),
        ("note.md", "Teams chat: <at>Jo</at> said the ticket OPS-12 is open\n"),
    ],
)  # fmt: skip
def test_other_files_are_left_alone(name: str, content: Any) -> None:
    source = Source(f"tickets/{name}", encoded(content))
    assert [r.name for r in OWN if r.recognises(source)] == []


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="BATON_SAMPLES names no folder of samples")
def test_authentic_files() -> None:
    for path in foreign():
        source = Source(path.name, path.read_bytes())
        assert [r.name for r in OWN if r.recognises(source)] == [], path
    for path in sorted((SAMPLES / "tickets").glob("*")):
        source = Source("anonymous", path.read_bytes())
        known = [r for r in OWN if r.recognises(source)]
        assert len(known) == ("adf" not in path.name), path
        for reader in known:
            reading = reader.read(source, SourceMap({}))
            assert all(a.kind == "ticket" and a.segments for a in reading.artifacts)
