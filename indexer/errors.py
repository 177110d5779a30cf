"""Errors, sorted by who can fix them.

BatonError               the user: one sentence on what is wrong, one on what to do
├── InputError           a path, name or file given by the user is not usable
├── UnknownAccount       no such account in this home
├── Locked               another process owns the index
├── ModelMissing         the embedder's folder is not there or is another model than the index's
├── Refused              a review act that the rules don't allow, or that comes too late
└── StoreError           the record can't be written or read (disk full, damaged)
    └── Unreachable      a vector store that was named doesn't answer; the record is whole

UnreadableFile           one bad file: recorded in the report, the run goes on
"""

import errno

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says when nothing more can be written: no space, a quota, a limit on file sizes."""


def full_disk(error: OSError) -> str:
    """One sentence on a disk that takes no more, and one on what to do."""
    where = f" for {error.filename}" if error.filename else ""
    return f"There is no space left{where} ({error.strerror}). Free some and run again; what was kept stays."


class BatonError(Exception):
    """What the user can fix. `str(error)` is shown as it is, on one line."""


class InputError(BatonError):
    """A path, name or file given by the user is not usable."""


class UnknownAccount(BatonError):
    """The named account is not in this home."""


class Locked(BatonError):
    """Another process is writing the index."""


class ModelMissing(BatonError):
    """The embedding model is not where the settings say, or is not the index's model."""


class Refused(BatonError):
    """An act of a review is not allowed now, or what it was decided on has changed."""


class StoreError(BatonError):
    """The record can't be written or read."""


class Unreachable(StoreError):
    """A server that was named doesn't answer, or not as it should. The record is not touched by that."""


class UnreadableFile(Exception):
    """A reader's word on one file: why it gave no text. Never ends a run."""
