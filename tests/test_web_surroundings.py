"""What stands around a citation: cut from the source's own segments, exactly the cited words marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models import PersonRow
from app.session import Session
from app.web.people_map import people_map
from app.web.surroundings import cells_of, pieces_of, surroundings
from app.web.time_line import time_line
from indexer.errors import UnreadableFile
from indexer.page_images import Box, PageImage, Sign, boxes_of, page_image
from tests.web_fixtures import QUOTES, SLUG

LAYOUTS = {
    "calls/kickoff.vtt": "turns", "mail/plan.eml": "mail", "slack/deal-tarn/2026-03-10.json": "thread", "contract/order.pdf": "document",
    "contract/sow.docx": "document", "contract/pricing.xlsx": "grid", "crm/Opportunity.json!/0065g00000AbcdeAAE": "record",
    "notes/discovery.md": "document",
}  # fmt: skip


@given(
    st.text(max_size=40),
    st.integers(0, 100),
    st.lists(st.tuples(st.integers(0, 160), st.integers(0, 160)), max_size=4),
)
def test_pieces_are_the_text_and_only_the_marked_offsets_are_marked(
    text: str, at: int, marks: list[tuple[int, int]]
) -> None:
    pieces = pieces_of(text, at, marks)
    assert "".join(p.text for p in pieces) == text
    marked = [p.marked for p in pieces for _ in p.text]
    inside = [any(s <= at + i < e for s, e in marks) for i in range(len(text))]
    assert marked == inside


@pytest.mark.parametrize("path", QUOTES)
def test_each_kind_of_source_shows_the_cited_words_in_their_layout(
    web_session: Session, path: str
) -> None:
    artifact = web_session.store.artifact(SLUG, path)
    assert artifact is not None
    start = artifact.text.index(QUOTES[path])
    segments = web_session.store.artifact_segments(SLUG, path)
    seen = surroundings(artifact, segments, start, start + len(QUOTES[path]))
    assert seen is not None
    assert seen.layout == LAYOUTS[path]
    assert seen.quote == QUOTES[path]
    marked = "".join(p.text for line in seen.lines for p in line.pieces if p.marked)
    assert marked == QUOTES[path]
    if seen.layout in ("grid", "record"):
        values = [p.text for line in seen.lines for c in line.cells for p in c.pieces if p.marked]
        assert all(v in QUOTES[path] for v in values)
        assert values


def test_a_row_is_cut_into_named_cells() -> None:
    text = "Item: Named user\tQty: 40\tUnit: 100"
    cells = list(cells_of(text, 10, [(10 + text.index("Qty"), 10 + text.index("\tUnit"))]))
    assert [(c.name, "".join(p.text for p in c.pieces), c.marked) for c in cells] == [
        ("Item", "Named user", False), ("Qty", "40", True), ("Unit", "100", False),
    ]  # fmt: skip


def test_a_pdf_page_is_painted_and_the_words_found_on_it(web_session: Session) -> None:
    artifact = web_session.store.artifact(SLUG, "contract/order.pdf")
    assert artifact is not None
    root = Path(web_session.store.account(SLUG).folder)
    image = page_image(web_session.home, SLUG, artifact.id, root, artifact.path, 2)
    assert image.png.read_bytes()[:4] == b"\x89PNG"
    (box,) = boxes_of(image, QUOTES["contract/order.pdf"])
    # Written at (72, 470) of a page of 792 points, in a face of 6 points a character.
    assert box.left == pytest.approx(72, abs=3)
    assert box.right == pytest.approx(72 + 6 * len(QUOTES["contract/order.pdf"]), abs=8)
    assert 792 - 470 - 12 < box.top < box.bottom < 792 - 470 + 5
    assert boxes_of(image, "words that are not on the page") == ()


def test_a_page_that_is_not_there_says_so(web_session: Session) -> None:
    root = Path(web_session.store.account(SLUG).folder)
    with pytest.raises(UnreadableFile, match="no such page"):
        page_image(web_session.home, SLUG, "x1", root, "contract/order.pdf", 9)
    with pytest.raises(UnreadableFile, match="no longer"):
        page_image(web_session.home, SLUG, "x2", root, "contract/gone.pdf", 1)
    with pytest.raises(UnreadableFile):
        page_image(web_session.home, SLUG, "x3", root, "notes/broken.pdf", 1)


def test_of_two_places_the_nearer_one_is_boxed() -> None:
    signs = [Sign(c, Box(i * 6, top, i * 6 + 5, top + 10)) for top in (10.0, 500.0) for i, c in enumerate("fee")]  # fmt: skip
    page = PageImage(Path("x.png"), 600, 800, tuple(signs))
    assert boxes_of(page, "fee", near=0.0)[0].top == 10
    assert boxes_of(page, "fee", near=0.7)[0].top == 500


def test_the_people_map_draws_both_sides_and_says_whom_it_leaves_out() -> None:
    people = [PersonRow(name=f"Person {n}", side="customer", engagement={"calls": n}) for n in range(12)]  # fmt: skip
    people.append(PersonRow(name="Ann Lee", side="vendor", roles=("champion",)))
    drawn = people_map(people, [{"from": "Person 11", "to": "Ann Lee", "how": "asks"}])
    assert drawn.left_out == 3
    assert len(drawn.edges) == 1
    assert {n.side for n in drawn.nodes} == {"customer", "vendor"}
    assert drawn.nodes[0].name == "Person 11"
    assert drawn.nodes[0].radius > drawn.nodes[-2].radius


def test_a_deal_of_one_day_has_no_time_line(web_session: Session) -> None:
    artifacts = web_session.store.artifacts(SLUG)
    assert time_line([], None, None) is None
    assert time_line(artifacts[:1], None, None) is None
    drawn = time_line(artifacts, None, None)
    assert drawn is not None
    assert all(0 <= d.x <= 720 for d in drawn.dots)
