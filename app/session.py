"""Opens what a command works with: home, record, embedder, reading head, one account's index.

The only place that knows the settings (environment variables and options).
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.ask import Asking
    from agent.models import Answer, Citation
    from indexer.build import Progress
    from indexer.embed import OnnxEmbedder
    from indexer.heads import Heads
    from indexer.models import IndexReport
    from indexer.search import AccountIndex
    from indexer.statements import Read, StatementParts
    from indexer.store import Store
    from review.acts import Act
    from review.desk import Desk, Page
    from review.models import Brief
    from review.render.context import CitationContext


class Session:
    """One home folder and what is opened of it, each part at its first use."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._indexes: dict[str, AccountIndex] = {}
        self._asking: dict[str, Asking] = {}

    @cached_property
    def store(self) -> Store:
        from indexer.store import Store

        return Store(self.home)

    @cached_property
    def embedder(self) -> OnnxEmbedder:
        from indexer.embed import OnnxEmbedder, model_folder

        return OnnxEmbedder(model_folder(os.environ.get("BATON_MODEL")), self.home / "models")

    @cached_property
    def heads(self) -> Heads:
        from indexer.answer_head import AnswerHead
        from indexer.embed import packaged_model_folder
        from indexer.heads import Heads
        from indexer.reading_head import ReadingHead

        encoder, cache = packaged_model_folder(), self.home / "models"
        return Heads(ReadingHead(encoder, cache), AnswerHead(encoder, cache))

    def index_deal(
        self, path: Path, account: str | None, rebuild: bool, replace: bool, progress: Progress
    ) -> IndexReport:
        """Index one deal folder or ZIP."""
        from indexer.build import index_deal

        domains = [d for d in os.environ.get("BATON_OWN_DOMAINS", "").split(",") if d]
        report = index_deal(
            self.store, self.home, path, self.embedder, self.heads, account=account, own_domains=domains,
            rebuild=rebuild, replace=replace, progress=progress,
        )  # fmt: skip
        self._indexes.pop(report.account, None)
        self._asking.pop(report.account, None)
        return report

    def account_index(self, slug: str) -> AccountIndex:
        """The account's index. Raises UnknownAccount, or ModelMissing when it was made with another model."""
        from indexer.errors import ModelMissing
        from indexer.search import AccountIndex

        if slug not in self._indexes:
            self.store.account(slug)
            made_with = self.store.model(slug)
            if made_with != self.embedder.name:
                raise ModelMissing(
                    f"{slug} was indexed with {made_with}, the settings name {self.embedder.name}. "
                    "Index it again with `baton index PATH --rebuild`, or correct BATON_MODEL."
                )
            self._indexes[slug] = AccountIndex(self.store, self.home, slug, self.embedder)
        return self._indexes[slug]

    def fingerprint(self, slug: str) -> str:
        return self.store.fingerprint(slug) or ""

    def make_brief(self, slug: str, template: str, view: str) -> Brief:
        """A new brief, kept in the record."""
        from agent.brief import draft_brief
        from review.complete import complete
        from review.views import viewed

        index = self.account_index(slug)
        people, duplicates, not_read, _ = self.store.extra(slug)
        draft = draft_brief(index, self.heads, people, self.fingerprint(slug), template)
        read = sum(a.kind != "statement" for a in index.artifacts.values())
        brief = complete(draft, index.account, read, not_read, duplicates)
        return viewed(self.desk(slug).keep(brief).brief, view)

    def desk(self, slug: str) -> Desk:
        """The review of the account's latest brief."""
        from review.desk import Desk

        return Desk(self.store, slug, self)

    def act(self, slug: str, act: Act) -> Page:
        """Do one act of a review; the account's evidence is read anew where it brought a statement."""
        page = self.desk(slug).act(act)
        if act.act in ("correct", "add"):
            self._indexes.pop(slug, None)
            self._asking.pop(slug, None)
        return page

    def read_statement(self, parts: StatementParts) -> Read:
        """What search and the engines need of a person's words."""
        from indexer.statements import read_statement

        return read_statement(parts, self.embedder, self.heads)

    def latest_brief(self, slug: str) -> Brief:
        """The newest brief of the account as reviewed; one is made if there is none."""
        self.store.account(slug)
        if self.store.latest_brief(slug) is None:
            return self.make_brief(slug, "sales-to-cs", "csm")
        return self.desk(slug).page().brief

    def answer(self, slug: str, question: str) -> Answer:
        from agent.ask import Asking, answer
        from prompts.template import load_template

        if slug not in self._asking:
            self._asking[slug] = Asking(
                self.account_index(slug), self.heads, load_template("sales-to-cs")
            )
        return answer(self._asking[slug], question, self.fingerprint(slug))

    def contexts(self, slug: str, brief: Brief) -> dict[str, CitationContext]:
        """The text around every citation of a brief, for its renderings."""
        from review.render.context import citation_key

        index = self.account_index(slug)
        citations = [c for claim in brief.claims for c in claim.citations]
        citations += [c for x in brief.conflicts for side in x.sides for c in side.citations]
        citations += [c for p in brief.commitments for c in p.scope_citations]
        citations += [c for p in brief.people for c in p.citations]
        return {citation_key(c): self._context(index, c) for c in citations}

    @staticmethod
    def _context(index: AccountIndex, c: Citation) -> CitationContext:
        from review.render.context import CitationContext

        artifact = index.artifacts[c.artifact]
        return CitationContext(
            before=artifact.text[max(0, c.start - 320) : c.start], after=artifact.text[c.end : c.end + 320],
            title=artifact.title or artifact.path, where=c.locator.label or artifact.path, speaker=c.speaker,
            when=str(c.at)[:10] if c.at else None,
        )  # fmt: skip
