"""The top-level packages are ours, and what must stay light stays light."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import pytest_socket

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
HEAVY = ("torch", "chromadb", "llama_index", "sentence_transformers", "onnxruntime")


@pytest.mark.parametrize("name", PACKAGES)
def test_top_level_package_is_the_one_in_this_repository(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None, f"{name} is a namespace folder: give it an __init__.py"
    assert Path(spec.origin).resolve() == ROOT / name / "__init__.py"


@pytest.mark.parametrize("name", PACKAGES)
def test_no_other_distribution_owns_the_name(name: str) -> None:
    owners = set(importlib.metadata.packages_distributions().get(name, []))
    assert owners <= {PROJECT["project"]["name"]}, f"{name} also comes from {owners}"


def test_every_package_in_the_repository_is_declared() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found == set(PACKAGES)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from app.cli import main\n"
        "sys.argv = ['baton', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print('HEAVY', heavy, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "index" in done.stdout
    assert "HEAVY []" in done.stderr


def test_connections_that_leave_the_machine_are_refused() -> None:
    with (
        socket.socket(socket.AF_INET) as outward,
        pytest.raises(pytest_socket.SocketConnectBlockedError),
    ):
        outward.connect(("192.0.2.1", 9))


def test_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_constraints_name_exact_versions_and_nothing_of_this_machine() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        name, _, version = line.partition("==")
        assert name, f"{line!r} is no exact version"
        assert version, f"{line!r} is no exact version"
        assert not set(line) & set("@/+ "), f"{line!r} works on one machine only"
