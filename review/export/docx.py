"""The brief as a Word document: real headings, real tables, a footnote for every citation. Words of sources stay text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from agent.models import Citation
from review.export.footnotes import Footnotes
from review.export.sheet import source
from review.models import Brief
from review.render.approval import approval_lines
from review.render.outline import outline
from review.render.text import day, visible
from review.render.titles import SCOPE, SIDES, asked
from review.render.views import ClaimView, ConflictView, FieldView, GapView, SectionView, Tables


def to_docx(brief: Brief) -> bytes:
    """The whole brief as .docx; what the page folds is in it too."""
    import docx

    return _Writer(docx.Document(), brief).write()


class _Writer:
    """Walks the outline that the page and the Markdown walk."""

    def __init__(self, document: Any, brief: Brief) -> None:
        self._document, self._brief = document, brief
        self._notes = Footnotes(document)

    def write(self) -> bytes:
        view = outline(self._brief)
        self._head()
        if view.summary:
            self._section(view.summary, "In short", " ".join(view.opening))
        for section in view.sections:
            self._section(section, section.title)
        self._also(view.loose_gaps, view.loose_conflicts, view.loose_claims)
        if view.suggestions:
            self._heading("Suggested by Baton, not found in the sources", 1)
            for suggestion in view.suggestions:
                self._paragraph(suggestion.text, "List Bullet")
        self._foot()
        self._notes.attach()
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()

    def _heading(self, text: str, level: int) -> None:
        self._document.add_heading(_clean(text), level)

    def _paragraph(self, text: str, style: str | None = None, bold: str = "") -> Any:
        paragraph = self._document.add_paragraph(style=style)
        if bold:
            paragraph.add_run(_clean(bold) + " ").bold = True
        paragraph.add_run(_clean(text))
        return paragraph

    def _cite(self, paragraph: Any, citations: Iterable[Citation]) -> None:
        for cited in citations:
            self._notes.add(paragraph, _clean(f"“{cited.quote}” {source(cited)}. {cited.artifact}"))

    def _table(self, columns: Sequence[str]) -> Any:
        table = self._document.add_table(rows=1, cols=len(columns), style="Light Grid Accent 1")
        for cell, name in zip(table.rows[0].cells, columns, strict=True):
            cell.text = name
        return table

    @staticmethod
    def _row(table: Any, cells: Sequence[str]) -> Any:
        row = table.add_row().cells
        for cell, text in zip(row, cells, strict=True):
            cell.text = _clean(text)
        return row

    def _head(self) -> None:
        account = self._brief.account
        self._document.core_properties.title = _clean(f"{account.name}: handoff brief")
        self._document.core_properties.author = "Baton"
        self._document.core_properties.comments = f"SHA-256 {self._brief.review.hash}"
        self._heading(f"{account.name}: handoff brief", 0)
        table = self._table(("Account", account.name))
        facts = (
            ("Vendor", account.vendor), ("Stage", account.stage), ("Closed", day(account.close_date)),
            ("Kickoff", day(account.kickoff_date)), ("AE", account.ae), ("CSM", account.csm),
        )  # fmt: skip
        for name, fact in facts:
            self._row(table, (name, fact or "not known"))
        for note in (*self._brief.provenance.degraded, *self._brief.review.notes):
            self._paragraph(note, bold="Note:")

    def _section(self, section: SectionView, title: str, opening: str = "") -> None:
        self._heading(title, 1)
        if opening:
            self._paragraph(opening)
        for field in section.fields:
            if not field.elsewhere:
                self._field(field)
        self._tables(section.tables)

    def _field(self, field: FieldView) -> None:
        self._heading(field.title, 2)
        for claim in (*field.claims.shown, *field.claims.folded):
            self._claim(claim)
        for linked in field.conflict_links:
            self._paragraph(f"See the conflict about {linked.topic}.")
        for conflict in field.conflicts:
            self._conflict(conflict)
        for gap in (*field.gaps.shown, *field.gaps.folded):
            self._gap(gap)

    def _claim(self, view: ClaimView) -> None:
        said = f": “{view.said}”" if view.said and not view.see else ""
        chips = f" ({', '.join(c.text for c in view.chips)})" if view.chips else ""
        see = f" (see {view.see})" if view.see else ""
        paragraph = self._paragraph(f"{view.lead}{chips}{said}{see}", "List Bullet")
        self._cite(paragraph, (c.citation for c in view.cited))

    def _gap(self, view: GapView) -> None:
        gap = view.gap
        owner = f" Owner: {gap.owner}." if gap.owner else ""
        self._paragraph(f"Ask {asked(gap.ask)}: {gap.question}{owner}", bold=gap.label)

    def _conflict(self, view: ConflictView) -> None:
        conflict = view.conflict
        self._paragraph(conflict.why, bold=f"CONFLICT: {conflict.topic}.")
        table = self._table(("Who says it", "What"))
        for side in view.sides:
            for cited in side.cited:
                row = self._row(table, (side.authority, f"“{cited.citation.quote}”"))
                self._cite(row[1].paragraphs[-1], (cited.citation,))
        if conflict.resolution:
            self._paragraph(conflict.resolution, bold="Resolved:")
        if conflict.owner:
            self._paragraph(conflict.owner, bold="Owner:")

    def _tables(self, tables: Tables) -> None:
        self._promises(tables)
        if tables.risks:
            self._heading("Risks", 2)
            table = self._table(("Severity", "Risk", "Owner"))
            for risk in (*tables.risks.shown, *tables.risks.folded):
                cells = (risk.risk.severity, _said(risk.claim), risk.risk.owner or "no owner yet")
                row = self._row(table, cells)
                self._cite(row[1].paragraphs[-1], (c.citation for c in risk.claim.cited))
        if tables.objections:
            self._heading("Objections", 2)
            table = self._table(("State", "Objection", "Answer"))
            for one in (*tables.objections.shown, *tables.objections.folded):
                answer = _said(one.answer) if one.answer else ""
                row = self._row(table, (one.objection.state, _said(one.claim), answer))
                self._cite(row[1].paragraphs[-1], (c.citation for c in one.claim.cited))
        if tables.people:
            self._heading("People", 2)
            table = self._table(("Name", "Title", "Side", "Roles", "Engagement"))
            for person in (*tables.people.shown, *tables.people.folded):
                row = person.person
                roles = ", ".join(row.roles)
                self._row(
                    table, (row.name, row.title or "", SIDES[row.side], roles, person.engagement)
                )
        if tables.timeline:
            self._heading("The dates", 2)
            table = self._table(("Date", "What"))
            for event in (*tables.timeline.shown, *tables.timeline.folded):
                row = self._row(table, (event.date, event.text))
                cited = event.claim.cited if event.claim else ()
                self._cite(row[1].paragraphs[-1], (c.citation for c in cited))

    def _promises(self, tables: Tables) -> None:
        if not tables.promises:
            return
        self._heading("The promises against the signed scope", 2)
        table = self._table(("Promise", "By, to", "Due", "Scope", "Reviewed"))
        for one in (*tables.promises.shown, *tables.promises.folded):
            promise = one.commitment
            people = ", to ".join(p for p in (promise.by, promise.to) if p)
            cells = (
                _said(one.claim), people, day(promise.due), SCOPE[promise.scope],
                promise.reviewed_by or "not yet",
            )  # fmt: skip
            row = self._row(table, cells)
            self._cite(row[0].paragraphs[-1], (c.citation for c in one.claim.cited))
            self._cite(row[3].paragraphs[-1], (c.citation for c in one.clauses))

    def _also(
        self, gaps: Sequence[GapView], conflicts: Sequence[ConflictView], claims: Sequence[ClaimView]
    ) -> None:  # fmt: skip
        if gaps or conflicts:
            self._heading("Also open", 1)
        for gap in gaps:
            self._gap(gap)
        for conflict in conflicts:
            self._conflict(conflict)
        if claims:
            self._heading("Also said", 1)
        for claim in claims:
            self._claim(claim)

    def _foot(self) -> None:
        brief = self._brief
        self._heading("Sources", 1)
        self._paragraph(f"{brief.sources.read} sources read.")
        for unread in brief.sources.not_read:
            self._paragraph(f"{unread.artifact}: {unread.why}", "List Bullet", "Not read:")
        self._heading("Approval record", 1)
        for line in approval_lines(brief):
            self._paragraph(line)
        open_ = [g for g in brief.gates if not g.passed]
        for gate in open_:
            self._paragraph(f"{gate.why}. {gate.todo}", "List Bullet", gate.id)
        made = brief.provenance
        model = f" ({made.model})" if made.model else ""
        self._paragraph(
            f"Baton {made.version}, engine {made.engine}{model}, index {made.index}, "
            f"template {brief.template}, view {brief.view}, made {day(made.created_at)} UTC."
        )


def _said(view: ClaimView) -> str:
    """A claim's words in a table's cell: who speaks, and the telling sentence."""
    return f"{view.lead}: “{view.said}”" if view.said else view.lead


def _clean(text: str) -> str:
    """Text that XML can hold: line ends as spaces, control characters made visible."""
    shown = " ".join(visible(text).split())
    return "".join(c if c <= "\ud7ff" or c >= "\ue000" else "\ufffd" for c in shown).replace(
        "\ufffe", "\ufffd"
    ).replace("\uffff", "\ufffd")  # fmt: skip
