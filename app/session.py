"""Opens what a command works with: home, record, embedder, reading head, one account's index.

The only place that knows the settings (environment variables and options).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.asking import Asking
    from agent.conversation import Turn
    from agent.llm.answer import AnswerWriter
    from agent.llm.brief import BriefWriter
    from agent.llm.steps import OnStep, Run
    from agent.models import Answer, Citation
    from app.engines import EngineChoice, EngineName
    from indexer.build import Progress
    from indexer.embed import OnnxEmbedder
    from indexer.heads import Heads
    from indexer.models import IndexReport, Person
    from indexer.search import AccountIndex
    from indexer.store import Store
    from review.models import Brief
    from review.render.context import CitationContext


class Session:
    """One home folder and what is opened of it, each part at its first use."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._indexes: dict[str, AccountIndex] = {}
        self._asking: dict[str, Asking] = {}
        self._engine: EngineChoice | None = None

    @property
    def engine(self) -> EngineChoice:
        """The engine that writes briefs and answers; the extractive one until another is chosen."""
        from app.engines import extractive

        if self._engine is None:
            self._engine = extractive(self.home)
        return self._engine

    def use_engine(self, engine: EngineName, model: str | None = None) -> EngineChoice:
        """Choose the engine for what follows; see `app.engines`."""
        from app.engines import choose_engine

        self._engine = choose_engine(self.home, engine, model)
        return self._engine

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

    def make_brief(
        self, slug: str, template: str, view: str, on_step: OnStep | None = None
    ) -> Brief:
        """A new brief, kept in the record. `on_step` hears what a model does while it writes."""
        from agent.brief import draft_brief
        from review.complete import complete

        index = self.account_index(slug)
        people, duplicates, not_read, _ = self.store.extra(slug)
        draft = draft_brief(
            index, self.heads, people, self.fingerprint(slug), template,
            self._writer(slug, people, on_step), self.engine.fallback,
        )  # fmt: skip
        brief = complete(draft, index.account, len(index.artifacts), not_read, duplicates, view)
        self.store.add_brief(slug, brief.provenance.created_at, brief.model_dump_json())
        return brief

    def _writer(
        self, slug: str, people: Sequence[Person], on_step: OnStep | None
    ) -> BriefWriter | None:
        """Who writes beside the extractive engine: nobody, or the chosen model."""
        if self.engine.talker is None:
            return None
        from agent.llm.brief import BriefWriter

        return BriefWriter(
            self.engine.talker, self.engine.settings.limits, people, on_step or (lambda _step: None),
            self.keep_run, lambda run: self._unfinished(slug, run),
        )  # fmt: skip

    def keep_run(self, run: Run) -> None:
        """Keep what a model's run has come to so far."""
        self.store.add_run(run.id, run.account, run.started, run.model_dump_json())

    def _unfinished(self, slug: str, run: Run) -> Run | None:
        """The newest run, if it was broken off and is one that `run` would repeat."""
        from agent.llm.steps import Run

        kept = (Run.model_validate_json(text) for text in self.store.runs(slug))
        last = next((r for r in kept if r.what == run.what), None)
        return last if last is not None and not last.complete and last.key() == run.key() else None

    def latest_brief(self, slug: str) -> Brief:
        """The newest brief of the account; one is made if there is none."""
        from review.models import Brief

        self.store.account(slug)
        kept = self.store.latest_brief(slug)
        if kept is None:
            return self.make_brief(slug, "sales-to-cs", "csm")
        return Brief.model_validate_json(kept)

    def answer(
        self, slug: str, question: str, turns: Sequence[Turn] = (), on_step: OnStep | None = None
    ) -> Answer:
        """The answer to a question; `turns` is the conversation before it, oldest first."""
        from agent.ask import answer, ask_back
        from agent.asking import Asking
        from agent.conversation import understand
        from prompts.template import load_template

        if slug not in self._asking:
            self._asking[slug] = Asking(
                self.account_index(slug), self.heads, load_template("sales-to-cs")
            )
        people, *_ = self.store.extra(slug)
        understood = understand(question, turns, people)
        asking, fingerprint = self._asking[slug], self.fingerprint(slug)
        if understood.ask_back is not None:
            return ask_back(asking, question, understood.ask_back, fingerprint)
        read_as = understood.question if understood.question != question else None
        writer = self._answer_writer(people, turns, on_step)
        return answer(asking, question, fingerprint, read_as, writer, self.engine.fallback)

    def _answer_writer(
        self, people: Sequence[Person], turns: Sequence[Turn], on_step: OnStep | None
    ) -> AnswerWriter | None:
        if self.engine.talker is None:
            return None
        from agent.llm.answer import AnswerWriter

        limits = self.engine.settings.limits
        return AnswerWriter(
            self.engine.talker,
            limits,
            people,
            on_step or (lambda _step: None),
            self.keep_run,
            turns,
        )

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
