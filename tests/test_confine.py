"""What the parsing child can't do, what becomes of one that breaks its limits, and what is never opened."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from indexer import child, reading
from indexer.child import Child, ChildLost
from indexer.confine import MEMORY_BYTES
from indexer.errors import InputError, UnreadableFile
from indexer.manifest import Manifest, load_manifest
from indexer.models import NotRead
from indexer.walk import read_regular, walk_deal

ROOT = Path(__file__).resolve().parent.parent

ATTEMPTS = """
    import ctypes, os, socket, subprocess, sys
    from pathlib import Path
    if sys.argv[2] == "kernel":
        sys.addaudithook, kept = lambda hook: None, sys.addaudithook
    from indexer.confine import confine
    place = Path(sys.argv[1])
    confine()
    attempts = {
        "write": lambda: (place / "new").write_text("x"),
        "truncate": lambda: (place / "old").open("r+").truncate(0),
        "remove": lambda: (place / "old").unlink(),
        "rename": lambda: (place / "old").rename(place / "moved"),
        "folder": lambda: (place / "folder").mkdir(),
        "link": lambda: (place / "link").symlink_to("/"),
        "socket": lambda: socket.socket(),
        "local socket": lambda: socket.socket(socket.AF_UNIX),
        "memory": lambda: bytearray(int(sys.argv[3])),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
        except (OSError, MemoryError):
            continue
        print(name, "was allowed")
    print("read", (place / "old").read_text())
"""


@pytest.mark.parametrize("layer", ["all", "kernel"])
def test_the_child_can_neither_write_nor_connect(layer: str, tmp_path: Path) -> None:
    if layer == "kernel" and sys.platform != "linux":
        pytest.skip("Landlock and seccomp are Linux's")
    (tmp_path / "old").write_text("kept")
    script = textwrap.dedent(ATTEMPTS)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), layer, str(MEMORY_BYTES + 1)], capture_output=True, text=True, cwd=ROOT, check=False
    )  # fmt: skip
    assert done.stdout == "read kept\n", done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


MISBEHAVING = {
    "loops": "while True: pass",
    "sleeps": "import time; time.sleep(99)",
    "eats": "held = [bytearray(1 << 20) for _ in range(4096)]; import time; time.sleep(99)",
    "floods": "import sys\nwhile True: sys.stdout.write('x' * 65536)",
    "crashes": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "leaves": "pass",
}
WHY = {
    "loops": "takes longer", "sleeps": "takes longer", "eats": "needs more memory",
    "floods": "more text", "crashes": "crashed (SIGSEGV)", "leaves": "exit code 0",
}  # fmt: skip


@pytest.mark.parametrize("name", MISBEHAVING)
def test_a_child_that_misbehaves_is_ended(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "misbehaving.py").write_text(MISBEHAVING[name])
    monkeypatch.setattr(child, "MAX_LINE_BYTES", 1 << 20)
    monkeypatch.setattr(child, "_KEPT_ENVIRONMENT", ("PATH", "PYTHONPATH"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    began = time.monotonic()
    limit_s = 30 if name == "eats" else 2
    with Child("misbehaving", {}, limit_s, limit_s) as running, pytest.raises(ChildLost) as lost:
        running.line()
    assert WHY[name] in str(lost.value)
    assert time.monotonic() - began < 25
    with pytest.raises(ProcessLookupError):
        os.kill(running.pid, 0)


READERS_FAULT = """
    import indexer.worker, os, signal, sys, time
    real = indexer.worker.read_by_content
    def faulty(source, sources, readers):
        if source.path == "b-hangs.md":
            time.sleep(99)
        if source.path == "c-dies.md":
            os._exit(7)
        if source.path == "d-starves.md":
            raise MemoryError
        return real(source, sources, readers)
    indexer.worker.read_by_content = faulty
    indexer.worker.main()
"""


def test_files_that_end_the_child_cost_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, code = tmp_path / "deal", tmp_path / "code"
    folder.mkdir()
    code.mkdir()
    for name in ("a", "b-hangs", "c-dies", "d-starves", "e", "f"):
        (folder / f"{name}.md").write_text(
            f"# {name}\n\nThe rollout of {name} covers four sites.\n"
        )
    (code / "faulty_worker.py").write_text(textwrap.dedent(READERS_FAULT))
    monkeypatch.setattr(reading, "WORKER", "faulty_worker")
    monkeypatch.setattr(reading, "FILE_S", 5.0)
    monkeypatch.setattr(child, "_KEPT_ENVIRONMENT", ("PATH", "PYTHONPATH"))
    monkeypatch.setenv("PYTHONPATH", str(code))
    found = reading.read_deal(walk_deal(folder), Manifest())
    assert sorted(path for path, _ in found.readings) == ["a.md", "e.md", "f.md"]
    why = {failure.path: failure.why for failure in found.not_read}
    assert sorted(why) == ["b-hangs.md", "c-dies.md", "d-starves.md"]
    assert "5 s" in why["b-hangs.md"]
    assert "exit code 7" in why["c-dies.md"]
    assert "512 MB" in why["d-starves.md"]


def test_what_is_no_file_is_reported_and_never_opened(tmp_path: Path) -> None:
    folder = tmp_path / "deal"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("of somebody else")
    (folder / "note.txt").write_text("ours")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / "twice.txt").symlink_to("note.txt")
    (folder / "itself").symlink_to("itself")
    os.mkfifo(folder / "pipe.txt")
    walk = walk_deal(folder)
    assert list(walk.files) == ["note.txt"]
    assert {failure.path: failure.why.split(";")[0] for failure in walk.not_read} == {
        "itself": "a link that leads nowhere",
        "out.txt": "a link that leads out of the deal's folder",
        "pipe.txt": "a pipe, not a file",
        "twice.txt": "a link",
        "up": "a link that leads out of the deal's folder",
    }
    with pytest.raises(UnreadableFile):
        read_regular(folder / "pipe.txt")
    with pytest.raises(UnreadableFile):
        read_regular(folder / "out.txt")


def test_names_of_any_bytes_stay_apart(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    for name in (b"caf\xe9.txt", "e\u0301.txt".encode(), "\u00e9.txt".encode(), b"line\nbreak.txt"):
        Path(os.fsdecode(os.path.join(root, name))).write_text("x")
    walk = walk_deal(tmp_path)
    assert sorted(walk.files) == ["caf\\xe9.txt", "line\nbreak.txt", "\u00e9.txt", "\u00e9~2.txt"]
    assert all(place.read_text() == "x" for place in walk.files.values())


def test_the_home_inside_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".baton").mkdir()
    (tmp_path / ".baton" / "baton.db").write_bytes(b"x")
    (tmp_path / "note.txt").write_text("x")
    walk = walk_deal(tmp_path, home=tmp_path / ".baton")
    assert (list(walk.files), walk.not_read) == (["note.txt"], [])


def test_a_folder_that_can_not_be_opened_is_reported(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)
    try:
        walk = walk_deal(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    if os.geteuid():
        why = "the folder can't be opened: Permission denied"
        assert walk.not_read == [NotRead(path="closed", why=why)]


BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB + "own_people: *a11\n", "own_people: " + "[" * 50_000, "account: *nobody\n", "- " * 20_000,
        "close_date: 2026-13-45\n", "account: !!python/object/apply:os.system [true]\n", "x" * 300_000, "a: \x00",
    ],
)  # fmt: skip
def test_a_hostile_manifest_is_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "deal.yaml").write_text(text)
    began = time.monotonic()
    with pytest.raises(InputError) as error:
        load_manifest(tmp_path)
    assert "\n" not in str(error.value)
    assert "again" in str(error.value)
    assert time.monotonic() - began < 10
