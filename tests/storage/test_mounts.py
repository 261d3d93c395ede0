import os

from lamindb.storage import mounts
from lamindb.storage.mounts import devices_of_this_kernel

MOUNTS = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
25 24 0:23 / /dev/shm rw,relatime shared:4 - tmpfs tmpfs rw,size=24683652k
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
31 27 0:45 / /mnt/a\\040-\\040b rw - nfs4 server:/export rw,vers=4.2
"""


def test_disks_of_this_machine_have_its_clock(tmp_path, monkeypatch):
    (tmp_path / "mountinfo").write_text(MOUNTS)
    monkeypatch.setattr(mounts, "_MOUNTS", tmp_path / "mountinfo")
    assert devices_of_this_kernel() == {os.makedev(0, 23), os.makedev(254, 0)}


def test_nothing_is_known_where_the_system_does_not_tell(tmp_path, monkeypatch):
    monkeypatch.setattr(mounts, "_MOUNTS", tmp_path / "missing")
    assert devices_of_this_kernel() == frozenset()
