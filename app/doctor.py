"""What `baton doctor` looks at."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import sqlite3
from pathlib import Path
from typing import Any

from app import environment

PACKAGES = ("app", "review", "agent", "tools", "prompts", "indexer", "eval")
ROOT = Path(__file__).resolve().parents[1]


def _check(name: str, ok: bool, said: str, required: bool = True) -> dict[str, Any]:
    return {"name": name, "ok": ok, "said": said, "required": required}


def _layout() -> dict[str, Any]:
    strangers = []
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.origin or not Path(spec.origin).is_relative_to(ROOT):
            strangers.append(name)
    return _check(
        "packages",
        not strangers,
        "all are Baton's own"
        if not strangers
        else f"another package hides: {', '.join(strangers)}",
    )


def _model() -> dict[str, Any]:
    from indexer.embed import model_name, packaged_model_folder
    from indexer.errors import ModelMissing

    try:
        return _check("embedding model", True, model_name(packaged_model_folder()))
    except ModelMissing as error:
        return _check("embedding model", False, str(error))


def _database(url: str) -> dict[str, Any]:
    from indexer.errors import BatonError
    from indexer.store.postgres import described

    try:
        return _check("record", True, described(url))
    except BatonError as error:
        return _check("record", False, str(error))


def _embed_path(home: Path) -> dict[str, Any]:
    """Which path many texts take, and why."""
    from app.settings import load_settings
    from indexer.embed import BULK_TEXTS, model_folder, model_name
    from indexer.embed_probe import kept_probe
    from indexer.errors import BatonError

    name = "embedding path"
    try:
        setting = load_settings(home).embed_path
        if setting != "auto":
            return _check(name, True, f"{setting}, as settings.yaml says", required=False)
        folder = model_folder(environment.model())
    except BatonError as error:
        return _check(name, False, str(error), required=False)
    probe = kept_probe(home / "models" / model_name(folder))
    said = probe.said if probe else f"not measured yet: at the first {BULK_TEXTS} texts at once"
    return _check(name, True, said, required=False)


def _record(home: Path) -> dict[str, Any]:
    if url := environment.database_url():
        return _database(url)
    file = home / "baton.db"
    if not file.is_file():
        return _check("record", True, f"none yet in {home}")
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
            said = db.execute("PRAGMA integrity_check").fetchone()[0]
            accounts = db.execute("SELECT count(*) FROM account").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return _check("record", False, f"can't be read ({error}): restore it or index again")
    return _check("record", said == "ok", f"{accounts} accounts, integrity {said}")


def _vectors(home: Path) -> dict[str, Any]:
    """Where vectors are kept; a server is asked whether it answers."""
    from app.session import Session
    from indexer.errors import BatonError

    name, url = "vector store", environment.chroma()[0]
    try:
        vectors = Session(home).vectors
        if url:
            vectors.whole("doctor", "")
    except BatonError as error:
        return _check(name, False, str(error), required=False)
    if not url:
        return _check(name, True, f"{vectors.place}; damage is found by `baton check`")
    said = f"{vectors.place} answers; named by BATON_CHROMA_URL, so vectors are sent there"
    return _check(name, True, said, required=False)


def _full_text() -> dict[str, Any]:
    with sqlite3.connect(":memory:") as db:
        options = {r[0] for r in db.execute("PRAGMA compile_options")}
    return _check("SQLite FTS5", "ENABLE_FTS5" in options, f"SQLite {sqlite3.sqlite_version}")


def _model_server(home: Path) -> dict[str, Any]:
    """The server that the settings name, its models, and what of its own settings is unwise."""
    from agent.llm.faults import ModelFault
    from agent.llm.server import listens, models
    from app.settings import load_settings
    from indexer.errors import InputError

    name = "Ollama"
    try:
        settings = load_settings(home).model
        if not listens(settings):
            said = f"no server at {settings.host}; the extractive engine works without"
            return _check(name, False, said, required=False)
        found = models(settings)
    except (ModelFault, InputError) as error:
        return _check(name, False, str(error), required=False)
    said = ", ".join(found) or "no model pulled"
    if settings.name not in found:
        said += f"; the settings name {settings.name}: ollama pull {settings.name}"
    if os.environ.get("OLLAMA_DEBUG_LOG_REQUESTS"):
        said += "; OLLAMA_DEBUG_LOG_REQUESTS is set: a server started so writes prompts to disk"
    return _check(name, settings.name in found, said, required=False)


def examine(home: Path) -> list[dict[str, Any]]:
    """Every check as {name, ok, said, required}."""
    versions = ", ".join(
        f"{p} {importlib.metadata.version(p)}"
        for p in ("chromadb", "onnxruntime", "torch", "llama-index-core")
    )
    return [
        _check("versions", True, versions),
        _layout(),
        _model(),
        _embed_path(home),
        _full_text(),
        _record(home),
        _vectors(home),
        _model_server(home),
    ]
