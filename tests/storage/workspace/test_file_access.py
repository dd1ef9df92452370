import os
import stat
from pathlib import Path

import pytest

from workbench.storage.workspace.file_access import is_remote, keep_private

MOUNTS = r"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw,nosuid shared:5 - proc proc rw
30 22 0:40 / /mnt/lab rw shared:9 - nfs4 server:/export rw,vers=4.2
31 30 254:1 / /mnt/lab/scratch rw - xfs /dev/vdb rw
32 22 0:41 / /mnt/with\040blank rw master:2 propagate_from:3 - cifs //server/share rw
33 22 0:42 / /mnt/ssh rw - fuse.sshfs me@server:/ rw
34 22 8:1 / /mnt/stick rw - fuseblk /dev/sda1 rw
35 22 0:43 / /mnt/over rw - nfs server:/a rw
36 35 254:2 / /mnt/over rw - ext4 /dev/vdc rw
37 22 0:44 / /mnt/windows rw - 9p C:\134 rw
""".strip()


@pytest.mark.parametrize(
    ("folder", "remote"),
    [
        *(("/data", False), ("/mnt/lab", True), ("/mnt/lab/deep/er", True), ("/mnt/lab/scratch", False)),
        *(("/mnt/laboratory", False), ("/mnt/with blank", True), ("/mnt/ssh", True), ("/mnt/stick", False)),
        *(("/mnt/over", False), ("/mnt/windows", True)),
    ],
)
def test_a_disk_of_another_machine_is_known_by_its_mount(folder: str, *, remote: bool) -> None:
    assert is_remote(Path(folder) / "emowb.db", MOUNTS) is remote


def test_a_link_to_another_machines_disk_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "emowb.db"
    link.symlink_to("/mnt/lab/emowb.db")
    assert is_remote(link, MOUNTS)


def test_where_the_system_has_no_table_of_mounts_a_disk_counts_as_local(tmp_path: Path) -> None:
    assert not is_remote(tmp_path / "emowb.db", "")


def test_this_machines_own_table_of_mounts_can_be_read() -> None:
    assert not is_remote(Path("/proc/self/emowb.db"))


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o666, 0o604])
def test_what_others_can_read_is_closed_to_them_with_all_that_lies_beside(tmp_path: Path, mode: int) -> None:
    said = list[str]()
    files = [tmp_path / f"emowb.db{end}" for end in ("", "-journal", "-wal", "-shm")]
    for one in files[:3]:
        one.touch()
        one.chmod(mode)
    keep_private(files[0], said.append)
    assert [stat.S_IMODE(one.stat().st_mode) for one in files[:3]] == [0o600] * 3
    assert said == [f"{files[0]} could be read by others (mode {mode:04o}) and is readable by you alone now"]


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_what_is_private_is_left_as_it_is(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "emowb.db"
    path.touch()
    path.chmod(mode)
    keep_private(path, pytest.fail)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make somebody else's file")
def test_somebody_elses_workspace_is_theirs_to_close(tmp_path: Path) -> None:
    said = list[str]()
    path = tmp_path / "emowb.db"
    path.touch()
    path.chmod(0o644)
    os.chown(path, 65534, 65534)
    keep_private(path, said.append)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert said == [f"{path} can be read by others than its owner; whoever owns it should run: chmod 600 {path}"]
