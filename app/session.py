"""Opens what a command works with: home, record, embedder, reading head, one account's index."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app import environment
from app.kept import Kept
from app.opened import Opened

if TYPE_CHECKING:
    from agent.asking import Asking
    from agent.conversation import Turn
    from agent.llm.answer import AnswerWriter
    from agent.llm.brief import BriefWriter
    from agent.llm.steps import OnStep, Run
    from agent.models import Answer
    from app.engines import EngineChoice, EngineName
    from indexer.build import Progress
    from indexer.embed import OnnxEmbedder
    from indexer.encoder import Encoder
    from indexer.heads import Heads
    from indexer.models import IndexReport, Person
    from indexer.rerank import Reranker
    from indexer.search import AccountIndex
    from indexer.statements import Read, StatementParts
    from indexer.store import Store
    from indexer.vectors import VectorStore
    from review.acts import Act
    from review.audit.models import Audit
    from review.desk import Desk, Page
    from review.models import Brief
    from review.render.context import CitationContext


class Session:
    """One home folder and what is opened of it, each part at its first use; threads may share it.

    What is in memory of an account is opened anew when its index has changed, whoever changed it; of many
    accounts the least lately used are given up.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._opening = threading.RLock()
        self._opened: Kept[Opened] = Kept(environment.cache_bytes(), lambda opened: opened.bytes)
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

        return Store(self.home, environment.database_url())

    @cached_property
    def encoder(self) -> Encoder:
        """The packaged encoder, shared by the embedder and the heads."""
        from indexer.embed import packaged_encoder

        return packaged_encoder(self.home / "models")

    @cached_property
    def embedder(self) -> OnnxEmbedder:
        from indexer.embed import OnnxEmbedder, model_folder

        folder = model_folder(environment.model())
        return OnnxEmbedder(folder, self.home / "models", self.encoder, self._embed_path)

    def _embed_path(self) -> str:
        from app.settings import load_settings

        return load_settings(self.home).embed_path

    @cached_property
    def heads(self) -> Heads:
        from indexer.heads import Heads

        return Heads.over(self.encoder, environment.entailment())

    @cached_property
    def reranker(self) -> Reranker | None:
        """The configured cross-encoder. Raises ModelMissing where its folder holds none."""
        from app.settings import load_settings

        folder = load_settings(self.home).reranker
        if folder is None:
            return None
        from indexer.rerank import Reranker

        return Reranker(folder)

    @cached_property
    def vectors(self) -> VectorStore:
        from indexer.vectors import open_vectors

        return open_vectors(self.home, *environment.chroma())

    def forget(self, slug: str, wipe: bool = False) -> None:
        """Remove an account completely; see `indexer.forget`. Raises UnknownAccount, Locked, Unreachable."""
        from indexer.forget import forget_account

        forget_account(self.store, self.home, slug, self.vectors, wipe)
        self._opened.drop(slug)

    def index_deal(
        self, path: Path, account: str | None, rebuild: bool, replace: bool, progress: Progress
    ) -> IndexReport:
        """Index one deal folder or ZIP."""
        from indexer.build import index_deal

        return index_deal(
            self.store, self.home, path, self.embedder, self.heads, account=account,
            own_domains=environment.own_domains(), rebuild=rebuild, replace=replace, progress=progress,
            vectors=self.vectors,
        )  # fmt: skip

    def account_index(self, slug: str) -> AccountIndex:
        """The account's index. Raises UnknownAccount, or ModelMissing when it was made with another model."""
        from indexer.errors import ModelMissing
        from indexer.search import AccountIndex

        folder = self.store.account(slug).folder
        made_with = self.store.model(slug)
        if made_with != self.embedder.name:
            raise ModelMissing(
                f"{slug} was indexed with {made_with}, the settings name {self.embedder.name}. "
                f"Index it again with `baton index {shlex.quote(folder)} --account {slug} --rebuild`, or correct BATON_MODEL."
            )
        with self._opening:
            mark = self.store.evidence_mark(slug)
            opened = self._opened.get(slug, mark)
            if opened is None:
                index = AccountIndex(
                    self.store, self.home, slug, self.embedder,
                    self.heads.answers, self.reranker, self.vectors,
                )  # fmt: skip
                opened = self._opened.put(slug, mark, Opened(index))
            return opened.index

    def fingerprint(self, slug: str) -> str:
        return self.store.fingerprint(slug) or ""

    def make_brief(
        self, slug: str, template: str, view: str, on_step: OnStep | None = None,
        check: Callable[[], None] = lambda: None, engine: EngineChoice | None = None,
    ) -> Brief:  # fmt: skip
        """A new brief, kept in the record. `on_step` hears what a model does while it writes.

        `check` may raise before the brief is kept, to cancel. `engine` writes this one brief in place of the session's.
        """
        from agent.brief import draft_brief
        from review.complete import complete
        from review.views import viewed

        index, engine = self.account_index(slug), engine or self.engine
        people, duplicates, not_read, _ = self.store.extra(slug)
        draft = draft_brief(
            index, self.heads, people, self.fingerprint(slug), template,
            self._writer(engine, slug, people, on_step), engine.fallback,
        )  # fmt: skip
        read = sum(a.kind != "statement" for a in index.artifacts.values())
        brief = complete(draft, index.account, read, not_read, duplicates)
        check()
        return viewed(self.desk(slug).keep(brief).brief, view)

    def desk(self, slug: str) -> Desk:
        """The review of the account's latest brief."""
        from review.desk import Desk

        return Desk(self.store, slug, self)

    def act(self, slug: str, act: Act) -> Page:
        """Do one act of a review; the account's evidence is read anew where it brought a statement."""
        page = self.desk(slug).act(act)
        if act.act in ("correct", "add"):
            with self._opening:
                self._opened.drop(slug)
        return page

    def read_statement(self, parts: StatementParts) -> Read:
        """What search and the engines need of a person's words."""
        from indexer.statements import read_statement

        return read_statement(parts, self.embedder, self.heads)

    def _writer(
        self, engine: EngineChoice, slug: str, people: Sequence[Person], on_step: OnStep | None
    ) -> BriefWriter | None:
        """Who writes beside the extractive engine: nobody, or the chosen model."""
        if engine.talker is None:
            return None
        from agent.llm.brief import BriefWriter

        return BriefWriter(
            engine.talker, engine.settings.limits, people, on_step or (lambda _step: None),
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
        """The newest brief of the account as reviewed; one is made if there is none."""
        self.store.account(slug)
        if self.store.latest_brief(slug) is None:
            return self.make_brief(slug, "sales-to-cs", "csm")
        return self.desk(slug).page().brief

    def answer(
        self, slug: str, question: str, turns: Sequence[Turn] = (), on_step: OnStep | None = None,
        engine: EngineChoice | None = None,
    ) -> Answer:  # fmt: skip
        """The answer to a question; `turns` is the conversation before it, oldest first."""
        from agent.ask import answer, ask_back
        from agent.conversation import understand

        people, *_ = self.store.extra(slug)
        understood = understand(question, turns, people)
        asking, fingerprint = self._asked(slug)
        if understood.ask_back is not None:
            return ask_back(asking, question, understood.ask_back, fingerprint)
        read_as = understood.question if understood.question != question else None
        engine = engine or self.engine
        writer = self._answer_writer(engine, people, turns, on_step)
        return answer(asking, question, fingerprint, read_as, writer, engine.fallback)

    def _asked(self, slug: str) -> tuple[Asking, str]:
        """The account's evidence, ready to be asked about, and the fingerprint of its index."""
        from agent.asking import Asking

        with self._opening:
            mark = self.store.evidence_mark(slug)
            index = self.account_index(slug)
            opened = self._opened.get(slug, mark) or Opened(index)
            asking = opened.asking
            if asking is None:
                asking = Asking(index, self.heads)
                self._opened.put(slug, mark, Opened(index, asking))
            return asking, self.fingerprint(slug)

    def _answer_writer(
        self, engine: EngineChoice, people: Sequence[Person], turns: Sequence[Turn], on_step: OnStep | None
    ) -> AnswerWriter | None:  # fmt: skip
        if engine.talker is None:
            return None
        from agent.llm.answer import AnswerWriter

        return AnswerWriter(
            engine.talker, engine.settings.limits, people, on_step or (lambda _step: None),
            self.keep_run, turns,
        )  # fmt: skip

    def audit(self, slug: str, file: Path) -> Audit:
        """A handoff document that somebody wrote, held against the account's evidence; nothing of it is kept.

        Raises UnknownAccount, or InputError where the file can't be read.
        """
        from indexer.single import read_file
        from review.audit.run import audit

        self.store.account(slug)
        document = read_file(file)
        brief = self.latest_brief(slug)
        return audit(self.account_index(slug), self.heads, brief, document, file.name)

    def contexts(self, slug: str, brief: Brief) -> dict[str, CitationContext]:
        """The text around every citation of a brief, for its renderings."""
        from review.contexts import contexts

        return contexts(self.account_index(slug), brief)
