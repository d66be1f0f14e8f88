"""Where a ledger may lie: on a disk of this machine, for locks over a network cannot be trusted.

Source: SQLite documentation, "Write-Ahead Logging": all processes must be on the same host, WAL
does not work over a network file system; Linux manual, proc(5), mountinfo.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

__all__ = ["remote_filesystem"]

_MOUNTS = Path("/proc/self/mountinfo")
_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "fuse.sshfs"})


def remote_filesystem(path: Path, mounts: str | None = None) -> str | None:
    """Return the kind of network file system that a path lies on, None on a local disk.

    Parameters
    ----------
    path
        Absolute path.
    mounts
        Text of mountinfo; None to read that of this machine, where there is one.

    Examples
    --------
    >>> remote_filesystem(Path("/data/a"), "1 0 8:1 / / rw - ext4 a b" + chr(10) +
    ...                   "2 1 0:9 / /data rw - nfs4 h:/x rw")
    'nfs4'

    """
    if mounts is None:
        mounts = _MOUNTS.read_text(encoding="utf-8") if _MOUNTS.is_file() else ""
    best, kind = -1, ""
    for line in mounts.splitlines():
        head, _, tail = line.partition(" - ")
        point = PurePosixPath(head.split()[4].replace("\\040", " "))
        if PurePosixPath(path).is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), tail.split()[0]
    return kind if kind in _REMOTE else None
