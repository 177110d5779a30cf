"""The documentation says what is there: commands, sources, modules, dependencies, states.

python tests/test_docs.py     # writes the README's tree anew from the module docstrings
"""

from __future__ import annotations

import ast
import re
import textwrap
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
FEATURES = ROOT / "docs" / "features.md"
TREE = re.compile(r"(<!-- tree -->\n```text\n)(.*?)(```\n)", re.DOTALL)
STATES = {"done", "partial", "not yet"}
PACKAGES = {
    "app": "the surfaces: the command line, composition root",
    "review": "what people do with a brief, and how it is rendered",
    "agent": "evidence -> verified claims -> a draft or an answer",
    "tools": "what an engine may do",
    "prompts": "words only: the handoff templates",
    "indexer": "files -> artifacts -> segments -> chunks -> the record and its caches; search",
    "eval": "gold cases, scorers, benchmarks, training",
}
TITLES = {"train": "training of the heads"}
"""Of packages within packages whose `__init__.py` says nothing."""
UNLISTED = {"readers", "templates", "weights", "cases", "dev"}


def _first_line(path: Path) -> str:
    """First sentence of a module's docstring, on one line."""
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(doc.split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.?!])\s", paragraph)[0].rstrip(".")
    return textwrap.shorten(sentence, 100, placeholder=" ...")


def _folder(folder: Path, depth: int) -> list[str]:
    lines = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".py" and path.name != "__init__.py":
            lines.append(
                f"{'  ' * depth}{path.name:<{20 - 2 * depth}} {_first_line(path)}".rstrip()
            )
        elif (path / "__init__.py").is_file():
            title = _first_line(path / "__init__.py") or TITLES.get(path.name, "")
            lines.append(f"{'  ' * depth}{path.name + '/':<{20 - 2 * depth}} {title}".rstrip())
            if path.name not in UNLISTED:
                lines += _folder(path, depth + 1)
    return lines


def tree() -> str:
    """The README's tree as it should be."""
    lines = []
    for package, title in PACKAGES.items():
        lines.append(f"{package + '/':<20} {title}")
        lines += _folder(ROOT / package, 1)
    return "\n".join(lines) + "\n"


def _names(text: str) -> list[tuple[int, str]]:
    """Indentation and name of each line of a tree."""
    return [(len(line) - len(line.lstrip()), line.split()[0]) for line in text.splitlines()]


def _section(title: str) -> str:
    return README.read_text(encoding="utf-8").split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_readme_tree_lists_exactly_the_modules_that_exist() -> None:
    found = TREE.search(README.read_text(encoding="utf-8"))
    assert found
    assert _names(found[2]) == _names(tree()), "run: make tree"


def test_every_module_says_what_it_is() -> None:
    silent = [line.strip() for line in tree().splitlines() if len(line.split()) < 2]
    assert silent == []


def test_every_command_has_help_and_is_in_the_readme() -> None:
    import typer

    import app.cli

    application = next(v for v in vars(app.cli).values() if isinstance(v, typer.Typer))
    commands = typer.main.get_group(application).commands
    assert [name for name, command in commands.items() if not command.help] == []
    assert set(re.findall(r"^\| `baton ([a-z]+)", _section("Commands"), re.MULTILINE)) == set(
        commands
    )


def test_readme_sources_are_the_readers() -> None:
    from indexer.readers import READERS

    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", _section("Sources"), re.MULTILINE)
    assert tuple(rows) == READERS


def test_every_runtime_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[=<>!~\[; ]", d)[0] for d in project["dependencies"]}
    listed = (ROOT / "docs" / "decisions" / "dependencies.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([\w-]+)` \|", listed, re.MULTILINE)) == named


def test_every_feature_has_a_state_and_says_where() -> None:
    rows = [
        [cell.strip() for cell in line.strip("| \n").split(" | ")]
        for line in FEATURES.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| thing", "| ---"))
    ]
    assert len(rows) > 150
    for row in rows:
        assert len(row) == 4, row
        assert row[2] in STATES, row
        places = re.findall(r"`([^`]+)`", row[3])
        if row[2] == "not yet":
            continue
        assert places, f"says not where: {row}"
        missing = [p for p in places if "/" in p and not (ROOT / p).exists()]
        assert missing == [], row


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md", "docs/features.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    local = [t for t in targets if "://" not in t]
    assert [t for t in local if not ((ROOT / page).parent / t).exists()] == []


if __name__ == "__main__":
    old = README.read_text(encoding="utf-8")
    README.write_text(TREE.sub(lambda m: m[1] + tree() + m[3], old), encoding="utf-8")
