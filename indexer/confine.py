"""What the parsing child gives up before it opens a file: memory, writing, the network.

Three layers, since none holds everywhere. Limits of the kernel (`setrlimit`) hold on every Unix, but
for memory on macOS, where `indexer/child.py` watches instead. Landlock and seccomp hold on Linux for
C code too: see landlock(7), seccomp(2). The audit hook holds wherever Python runs, for Python code.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys

MEMORY_BYTES = 512 << 20
"""What the whole child may occupy; its libraries' code takes some forty megabytes of it, so that
the kernel grants it less for data."""
_CODE_BYTES = 48 << 20
CPU_S = 60
"""Processor seconds for one file, a backstop for a child whose parent is gone; wall time is the
parent's to watch, and half as long."""
STARVED = 3
"""Exit code of a child whose memory was not enough."""
PROGRAMS = ("tesseract",)
"""What a reader may start; it inherits all that is given up here, but for the audit hook."""

_CHANGES = frozenset({
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "os.utime", "os.setxattr", "os.system", "os.exec", "os.posix_spawn",
})  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SOCKET = {"x86_64": 41, "aarch64": 198}
_IO_URING_SETUP = 425
_FIRST_X32_CALL = 0x40000000
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001
"""SECCOMP_RET_ALLOW, and SECCOMP_RET_ERRNO with EPERM."""

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_WRITE_FILE = 1 << 1
_LANDLOCK_CHANGES = {1: _LANDLOCK_WRITE_FILE | 0x1FF0, 2: 1 << 13, 3: 1 << 14}
"""Rights that change files, by the version that brought them: write, remove and make (bits 4 to
12), then refer, then truncate."""


def confine(memory_bytes: int = MEMORY_BYTES) -> None:
    """Give everything up that parsing doesn't need. There is no way back in this process."""
    _limit(resource.RLIMIT_DATA, memory_bytes - _CODE_BYTES)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        # Address space is no measure of use (mapped libraries count), hence the wider limit.
        _limit(resource.RLIMIT_AS, 4 * memory_bytes)
        _confine_on_linux()
    sys.addaudithook(_audit)


def allow_time(seconds: int = CPU_S) -> None:
    """Allow so much processor time from now on; beyond it the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    end = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (end if hard < 0 else min(end, hard), hard))


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    value = value if hard < 0 else min(value, hard)
    resource.setrlimit(which, (value, value))


def _audit(event: str, args: tuple[object, ...]) -> None:
    """Refuse what changes files, opens sockets or starts programs other than PROGRAMS."""
    if event == "open":
        path, _, flags = args
        named = isinstance(path, str | bytes) and path != os.devnull
        if named and isinstance(flags, int) and flags & _WRITING:
            raise PermissionError(f"a reader may not write {path!r}")
    elif event.startswith("socket.") or event in _CHANGES:
        raise PermissionError(f"a reader may not use {event}")
    elif event == "subprocess.Popen" and os.path.basename(str(args[0])) not in PROGRAMS:
        raise PermissionError(f"a reader may not start {args[0]!r}")


def _confine_on_linux() -> None:
    """What the kernel at hand offers of it; an old one has no Landlock."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        _refuse_changes(libc)
        _refuse_sockets(libc)


def _refuse_changes(libc: ctypes.CDLL) -> None:
    """Landlock: no file is written, made or removed anywhere, but for the null device."""
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return
    rights = sum(bits for since, bits in _LANDLOCK_CHANGES.items() if since <= version)
    wanted = struct.pack("Q", rights)
    ruleset = libc.syscall(_LANDLOCK_CREATE, wanted, len(wanted), 0)
    if ruleset < 0:
        return
    null = os.open(os.devnull, os.O_PATH)
    rule = struct.pack("=Qi", _LANDLOCK_WRITE_FILE, null)
    libc.syscall(_LANDLOCK_ADD, ruleset, 1, rule, 0)
    libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0)
    os.close(null)
    os.close(ruleset)


def _refuse_sockets(libc: ctypes.CDLL) -> None:
    """Seccomp: the calls that make a socket answer EPERM, and so do calls of other architectures."""
    machine = platform.machine()
    if machine not in _SOCKET:
        return
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    program = [
        (load, 0, 0, 4),
        (equal, 0, 5, _AUDIT_ARCH[machine]),
        (load, 0, 0, 0),
        (at_least, 3, 0, _FIRST_X32_CALL),
        (equal, 2, 0, _SOCKET[machine]),
        (equal, 1, 0, _IO_URING_SETUP),
        (answer, 0, 0, _ALLOW),
        (answer, 0, 0, _REFUSE),
    ]
    code = b"".join(struct.pack("HBBI", *one) for one in program)
    held = ctypes.create_string_buffer(code)
    head = struct.pack("HxxxxxxP", len(program), ctypes.addressof(held))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, head, 0, 0)
