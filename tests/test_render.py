"""A finished brief as people see it: everything said, nothing obeyed, nothing fetched."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from markdown_it import MarkdownIt
from pydantic import ValidationError
from selectolax.lexbor import LexborHTMLParser

from agent.models import (
    Citation,
    Claim,
    Commitment,
    Conflict,
    ConflictSide,
    FieldResult,
    Gap,
    Nearest,
    PersonRow,
    Provenance,
    SectionResult,
    Suggestion,
    TimelineRow,
)
from indexer.models import ClauseLocator, Locator, MomentLocator
from review.models import (
    AccountHead,
    Brief,
    Duplicate,
    Gate,
    Objection,
    Risk,
    Sources,
    Unread,
)
from review.render import (
    CitationContext,
    citation_key,
    reading_minutes,
    shown_words,
    to_html,
    to_markdown,
)
from review.render.opening import opening
from review.render.text import escape_markdown, visible
from review.render.words import count_words
from review.schema import SCHEMA_FILE, brief_schema, schema_text

HOSTILE = (
    "<script>alert(1)</script> ![x](http://evil.example/p.png) [go](javascript:alert(2)) "
    "<img src=x onerror=alert(3)> `code` | # - > https://evil.example/a \x1b[31mred\u202e"
)
CALL = "calls/2026-03-12-discovery.json"
FORM = "contract/order-form.pdf"


def cite(
    quote: str, start: int, artifact: str = CALL, speaker: str | None = "Ines Roth"
) -> Citation:
    locator: Locator = MomentLocator(seconds=845.0, speaker=speaker, label="call 12 Mar, 14:05")
    if artifact == FORM:
        locator = ClauseLocator(path=("2 Services",), label="Order form, 2 Services")
    return Citation(
        artifact=artifact,
        segment=f"s{start}",
        start=start,
        end=start + len(quote),
        quote=quote,
        locator=locator,
        speaker=None if artifact == FORM else speaker,
        side="unknown" if artifact == FORM else "customer",
        at=None if artifact == FORM else "2026-03-12T14:05:00Z",
    )


PROBLEM = cite("We lose two days a week to rekeying orders.", 100)
FIRST = cite("If the first forty orders flow by May I will call it a win.", 300)
LIVE_FORM = cite("Implementation: ten weeks from the effective date.", 40, FORM)
LIVE_CALL = cite("You told us four weeks, and we plan on four weeks.", 500)
SSO = cite("We'll have SSO with Entra in by April, that I can promise.", 700, speaker="Tom Vale")
RISK = cite("Our only SAP admin leaves in June.", 900)
PRICE = cite("Honestly the price felt steep next to the others.", 1100)
ANSWER = cite("With the ramp it works for us.", 1200)
EVIL = cite(HOSTILE, 2000, speaker="<b>Mallory</b>")


def claims() -> tuple[Claim, ...]:
    def claim(
        id_: str,
        field: str | None,
        kind: Any,
        text: str,
        *cited: Citation,
        flags: tuple[str, ...] = (),
    ) -> Claim:
        return Claim(
            id=id_, key=f"k-{id_}", field=field, kind=kind, text=text, citations=cited, flags=flags
        )

    return (
        claim("c1", "goals.problem", "goal", "Rekeying orders costs two days a week.", PROBLEM),
        claim("c2", "goals.first_value", "goal", "Forty orders flow by May.", FIRST, PROBLEM),
        claim(
            "c3",
            "commitments.promised_features",
            "commitment",
            "SSO with Entra by April.",
            SSO,
            flags=("verbal", "custom_promise", "superseded_by:c1"),
        ),
        claim("c4", "risks.open_risks", "risk", "The only SAP admin leaves in June.", RISK),
        claim("c5", "objections.raised_and_handled", "objection", "The price felt steep.", PRICE),
        claim("c6", "objections.raised_and_handled", "fact", "The ramp settled the price.", ANSWER),
        claim("c7", "timeline.poc", "milestone", "The proof of concept ended well.", FIRST),
        claim("c8", "goals.problem", "fact", HOSTILE, EVIL, flags=("human", "odd_flag")),
        claim("c9", None, "fact", "A claim that no field lists.", LIVE_CALL),
    )


def field(id_: str, status: Any, **rest: tuple[str, ...]) -> FieldResult:
    return FieldResult(id=id_, status=status, **rest)


def sections() -> tuple[SectionResult, ...]:
    def section(id_: str, title: str, *fields: FieldResult) -> SectionResult:
        return SectionResult(id=id_, title=title, fields=fields)

    return (
        section(
            "summary",
            "Summary",
            field("summary.why_bought", "answered", claims=("c1",), shown=("c1",)),
        ),
        section(
            "goals",
            "Goals",
            field("goals.problem", "answered", claims=("c1", "c8"), shown=("c1",)),
            field("goals.first_value", "answered", claims=("c2",), shown=("c2",)),
            field("goals.success_metrics", "needs_clarification", gaps=("g1",)),
        ),
        section(
            "stakeholders",
            "Stakeholders",
            field("stakeholders.champion", "needs_clarification", gaps=("g2",)),
        ),
        section(
            "commitments",
            "Commitments",
            field("commitments.promised_features", "answered", claims=("c3",), shown=("c3",)),
            field("commitments.timeline_promises", "conflict", conflicts=("x1",)),
        ),
        section(
            "objections",
            "Objections",
            field("objections.raised_and_handled", "answered", claims=("c5", "c6"), shown=("c5",)),
        ),
        section(
            "risks", "Risks", field("risks.open_risks", "answered", claims=("c4",), shown=("c4",))
        ),
        section(
            "timeline", "Timeline", field("timeline.poc", "answered", claims=("c7",), shown=("c7",))
        ),
    )


@pytest.fixture
def brief() -> Brief:
    return Brief(
        account=AccountHead(
            slug="norden",
            name="Norden Mills",
            vendor="Baton Demo",
            stage="Closed Won",
            close_date="2026-03-31",
            ae="Tom Vale",
        ),
        template="sales-to-cs",
        provenance=Provenance(
            engine="ollama",
            model="small:3b",
            created_at="2026-04-01T09:30:00Z",
            index="f1ngerpr1nt",
            prompts={"goals": "abc123"},
            version="0.1.0",
            degraded=("goals: the model gave no valid JSON",),
        ),
        sections=sections(),
        claims=claims(),
        commitments=(
            Commitment(
                claim="c3",
                type="feature",
                by="Tom Vale",
                to="Ines Roth",
                due="2026-04-30",
                scope="contradicted",
                scope_citations=(LIVE_FORM,),
            ),
        ),
        conflicts=(
            Conflict(
                id="x1",
                key="kx",
                topic="go-live date",
                why="Ten weeks are not four weeks.",
                sides=(
                    ConflictSide(
                        text="10 weeks", authority="executed order form", citations=(LIVE_FORM,)
                    ),
                    ConflictSide(
                        text="4 weeks", authority="customer on a call", citations=(LIVE_CALL,)
                    ),
                ),
            ),
        ),
        gaps=(
            Gap(
                id="g1",
                key="kg1",
                field="goals.success_metrics",
                question="Which number should move, and by when?",
                ask="AE",
                searched=("success metric", "KPI"),
                nearest=(
                    Nearest(
                        artifact=CALL,
                        segment="s9",
                        quote="We look at numbers monthly.",
                        label="12 Mar, 15:00",
                    ),
                ),
            ),
            Gap(
                id="g2",
                key="kg2",
                field="stakeholders.champion",
                scope="detail",
                about="her deputy",
                question="Who stands in for Ines Roth in July?",
                ask="customer",
            ),
            Gap(
                id="g3",
                key="kg3",
                field=None,
                question="Is there a second site?",
                ask="SE",
                owner="Kim",
            ),
        ),
        risks=(Risk(claim="c4", severity="high"),),
        objections=(Objection(claim="c5", answered_by="c6", state="resolved"),),
        people=(
            PersonRow(
                name="Ines Roth",
                title="COO | Ops",
                side="customer",
                roles=("economic_buyer",),
                engagement={"calls": 3, "mails": 1},
                claims=("c1",),
                citations=(PROBLEM,),
            ),
        ),
        relations=(
            {
                "from": "Ines Roth",
                "to": "Jan Bo",
                "how": "manages",
                "citations": [ANSWER.model_dump()],
            },
        ),
        timeline=(
            TimelineRow(date="2026-02-03", text="The proof of concept ended well.", claim="c7"),
        ),
        suggestions=(
            Suggestion(text="Agree on the first value at kickoff.", basis=("c2", "g1", "x1")),
        ),
        scores={"completeness": 0.7},
        gates=(
            Gate(id="G1", passed=True, why="Goals are explicit."),
            Gate(id="G6", passed=False, why="No CSM is named."),
        ),
        sources=Sources(
            read=31,
            not_read=(Unread(artifact="scans/a.pdf", why="no text layer"),),
            duplicates=(Duplicate(artifact="copy/a.eml", of="mail/a.eml"),),
        ),
    )


@pytest.fixture
def context() -> dict[str, CitationContext]:
    return {
        citation_key(PROBLEM): CitationContext(
            before="So where does it hurt? ",
            after=" That is the whole story.",
            title="Discovery call",
            where="call 12 Mar, 14:05",
            speaker="Ines Roth, COO",
            when="12 Mar 2026, 14:05",
        )
    }


def text_of(html: str) -> str:
    """The words of a page, white space evened out."""
    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style"])
    assert tree.body is not None
    return " ".join(tree.body.text(separator=" ").split())


def said_in(brief: Brief) -> list[str]:
    """Everything a brief says that a reader must be able to find."""
    said = [claim.text for claim in brief.claims]
    said += [citation.quote for claim in brief.claims for citation in claim.citations]
    said += [gap.question for gap in brief.gaps] + ["success metric", "We look at numbers monthly."]
    for conflict in brief.conflicts:
        said += [conflict.topic, conflict.why]
        for side in conflict.sides:
            said += [side.text, side.authority, *(c.quote for c in side.citations)]
    said += [person.name for person in brief.people] + ["Ines Roth → Jan Bo: manages"]
    said += [suggestion.text for suggestion in brief.suggestions]
    said += [gate.why for gate in brief.gates]
    said += ["scans/a.pdf", "no text layer", "copy/a.eml", "f1ngerpr1nt", "small:3b", "abc123"]
    return [*said, "the model gave no valid JSON", "Discovery call", "That is the whole story."]


def test_page_says_everything(brief: Brief, context: dict[str, CitationContext]) -> None:
    text = text_of(to_html(brief, context))
    missing = [said for said in said_in(brief) if " ".join(visible(said).split()) not in text]
    assert missing == []


def test_page_is_well_formed_and_links_lead_somewhere(
    brief: Brief, context: dict[str, CitationContext]
) -> None:
    tree = LexborHTMLParser(to_html(brief, context))
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    targets = {(node.attributes["href"] or "").removeprefix("#") for node in tree.css("a[href]")}
    assert targets - set(ids) == set()
    assert {f"claim-{claim.id}" for claim in brief.claims} <= set(ids)
    # The parser repairs what is nested wrongly, so a second pass must find nothing to repair.
    again = LexborHTMLParser(tree.html or "")
    assert again.html == tree.html


def test_hostile_words_are_inert_in_the_page(brief: Brief) -> None:
    brief = brief.model_copy(update={"account": brief.account.model_copy(update={"name": HOSTILE})})
    html = to_html(brief, {})
    tree = LexborHTMLParser(html)
    assert len(tree.css("script")) == 1
    assert not tree.css("img, iframe, link, object, embed, base, form, b > script")
    for node in tree.css("*"):
        assert not [name for name in node.attributes if name.startswith("on")], node.html
        for name in ("src", "href", "srcset", "action"):
            assert (node.attributes.get(name) or "#").startswith("#"), node.html
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_page_fetches_nothing(brief: Brief) -> None:
    tree = LexborHTMLParser(to_html(brief, {}))
    (policy,) = tree.css('meta[http-equiv="Content-Security-Policy"]')
    assert (policy.attributes["content"] or "").startswith("default-src 'none'")
    style = " ".join(node.text() for node in tree.css("style"))
    assert "url(" not in style
    assert "@import" not in style
    script = " ".join(node.text() for node in tree.css("script"))
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|innerHTML|https?://", script)


def test_citations_are_numbered_in_reading_order_and_once(brief: Brief) -> None:
    tree = LexborHTMLParser(to_html(brief, {}))
    numbers = [int(node.text()) for node in tree.css("main a.cite")]
    firsts = list(dict.fromkeys(numbers))
    assert firsts == sorted(firsts) == list(range(1, len(firsts) + 1))
    quotes = [node.text() for node in tree.css("li[data-cite] mark")]
    assert len(quotes) == len(set(quotes)) == len(firsts)


def test_only_shown_claims_stand_outside_folds(brief: Brief) -> None:
    tree = LexborHTMLParser(to_html(brief, {}))
    for node in tree.css("details"):
        node.decompose()
    ids = {node.attributes["id"] for node in tree.css("[id^=claim-]")}
    shown = {id_ for s in brief.sections for f in s.fields for id_ in f.shown}
    assert ids - {"claim-c6"} == {f"claim-{id_}" for id_ in shown}


def test_markdown_says_what_is_read_before_unfolding(brief: Brief) -> None:
    text = to_markdown(brief, {})
    hidden = {"c8", "c9"}
    for claim in brief.claims:
        assert (escape_markdown(claim.text) in text) == (claim.id not in hidden), claim.id
    for said in (
        *(gap.question for gap in brief.gaps),
        LIVE_FORM.quote,
        LIVE_CALL.quote,
        SSO.quote,
    ):
        assert escape_markdown(said) in text
    assert "NEEDS CLARIFICATION" in text
    assert "+1 more" in text
    assert "COO \\| Ops" in text
    used = set(re.findall(r"(?<!\\)\[(\d+)\]", text.split("## Sources of the claims")[0]))
    listed = set(re.findall(r"^- \[(\d+)\] “", text, re.M))
    assert used == listed


def test_hostile_words_are_inert_in_markdown(brief: Brief) -> None:
    shown = tuple(
        s.model_copy(
            update={"fields": tuple(f.model_copy(update={"shown": f.claims}) for f in s.fields)}
        )
        for s in brief.sections
    )
    text = to_markdown(brief.model_copy(update={"sections": shown}), {})
    html = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(text)
    tree = LexborHTMLParser(html)
    assert not tree.css("script, img, a, iframe, b")
    assert "alert(1)" in tree.text()
    assert "![" not in text
    assert "\x1b" not in text
    for address in re.finditer(r"https?://\S+", text):
        assert text[address.start() - 1] == "`", "GitHub links bare addresses outside code"


@pytest.mark.parametrize(
    "words",
    [
        "# heading",
        "- item",
        "> quote",
        "1. one",
        "+ plus",
        "a | b",
        "*b* _i_",
        "&lt;b&gt;",
        "~~x~~",
        "[a]: http://x.example",
        "``` fence",
        "Setext\n===",
        "<!-- gone -->",
        "back\\slash",
        "wow!",
    ],
)
def test_escaped_markdown_reads_as_written(words: str) -> None:
    html = MarkdownIt("gfm-like", {"linkify": False}).render(escape_markdown(words))
    tree = LexborHTMLParser(html)
    assert tree.body is not None
    assert tree.body.text().strip() == " ".join(words.split())
    assert not tree.css("h1, h2, li, blockquote, a, em, strong, s, pre, table")


def test_words_outside_folds_are_those_of_the_page(brief: Brief) -> None:
    tree = LexborHTMLParser(to_html(brief, {}))
    for node in tree.css(
        "details, script, style, nav, header, .provenance, #sources, .panel, a.skip"
    ):
        node.decompose()
    assert tree.body is not None
    seen = count_words(tree.body.text(separator=" "))
    assert 0.75 * seen < shown_words(brief) < 1.25 * seen
    assert (reading_minutes(1), reading_minutes(2380)) == (1, 10)


def test_an_empty_brief_renders(brief: Brief) -> None:
    empty = Brief(
        account=brief.account,
        template="t",
        provenance=brief.provenance,
        sections=(),
        claims=(),
        sources=Sources(read=0),
    )
    assert "Norden Mills" in to_markdown(empty, {})
    assert "0 of 0" in to_html(empty, {})


def test_a_brief_opens_with_plain_sentences(brief: Brief) -> None:
    said = opening(brief)
    assert said == (
        "Norden Mills closed with Baton Demo on 31 Mar 2026.",
        "The sources contradict each other on go-live date.",
        "2 questions are open and 1 promise is not in the signed scope.",
    )
    head = brief.account.model_copy(
        update={"stage": "Proposal", "vendor": None, "kickoff_date": "2026-05-04"}
    )
    early = opening(brief.model_copy(update={"account": head, "conflicts": (), "gaps": (), "commitments": ()}))  # fmt: skip
    assert early == (
        "Norden Mills is in stage Proposal, expected to close on 31 Mar 2026; kickoff is on 4 May 2026.",
    )
    assert " ".join(said) in to_markdown(brief, {})
    assert " ".join(said) in text_of(to_html(brief, {}))


def test_other_templates_keep_their_tables(brief: Brief) -> None:
    other = brief.model_copy(update={"sections": brief.sections[:1], "template": "renewal"})
    text = text_of(to_html(other, {}))
    for claim in other.claims:
        assert " ".join(visible(claim.text).split()) in text


def test_brief_is_valid_by_the_published_schema(brief: Brief) -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()
    written = json.loads(brief.model_dump_json())
    jsonschema.Draft202012Validator.check_schema(brief_schema())
    jsonschema.validate(written, brief_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**written, "status": "whatever"}, brief_schema())


def test_a_brief_has_no_silent_field() -> None:
    with pytest.raises(ValidationError, match=r"goals\.problem says nothing"):
        FieldResult(id="goals.problem", status="answered")
    assert FieldResult(id="goals.problem", status="needs_clarification", gaps=("g1",)).gaps
