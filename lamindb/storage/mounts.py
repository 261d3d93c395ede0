"""Which file systems are mounted, as far as it matters how far their time stamps can be trusted."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["devices_of_this_kernel"]

# their time stamps come from the clock of this kernel, not from that of a server
_OF_THIS_KERNEL = {"bcachefs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs"}
_MOUNTS = Path("/proc/self/mountinfo")


def devices_of_this_kernel() -> frozenset[int]:
    """Return the devices whose files get their time stamps from the clock of this machine.

    Returns
    -------
    frozenset of int
        As in `os.stat_result.st_dev`; empty where the system doesn't tell.

    Example
    -------
    >>> os.stat("/dev/shm").st_dev in devices_of_this_kernel()  # doctest: +SKIP
    True

    References
    ----------
    https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
    """
    devices = set()
    with suppress(OSError):
        for line in _MOUNTS.read_text("utf-8", "surrogateescape").splitlines():
            mount, _, source = line.partition(" - ")
            if source.partition(" ")[0] in _OF_THIS_KERNEL:
                major, _, minor = mount.split()[2].partition(":")
                devices.add(os.makedev(int(major), int(minor)))
    return frozenset(devices)
