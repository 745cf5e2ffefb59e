"""The Cinder in memory writes backups as the real one: by what its posix driver has written.

Recorded from the drivers of Cinder 22 and 29, which wrote the same, with chunks of 128 KiB.
"""

import json
import random
from pathlib import Path
from typing import Any

from tests.support.cloud.volume import chunks
from tests.support.cloud.volume.chunks import BLOCK, PosixFiles

RECORDED = Path(chunks.__file__).with_name("recorded_backups.json")
IDS = ("aa11bb22-0000-4000-8000-000000000001", "cc33dd44-0000-4000-8000-000000000002")
VOLUME = "ee55ff66-0000-4000-8000-000000000003"


def recorded_volume() -> tuple[bytes, bytes]:
    """Return the volume that was backed up: before and after it changed in four blocks."""
    blocks = [bytes([number]) * BLOCK for number in range(10)]
    blocks[2] = bytes((i * 7 + i // 256 * 13) % 251 for i in range(BLOCK))
    both = random.Random(1).randbytes(2 * BLOCK)
    blocks[3:5] = both[:BLOCK], both[BLOCK:]
    before = b"".join(blocks) + b"tail"
    after = bytearray(before)
    after[5 * BLOCK : 5 * BLOCK + 3] = b"new"
    after[6 * BLOCK], after[9 * BLOCK + 5], after[-1] = 255, 1, ord("L")
    return before, bytes(after)


def row(number: int) -> dict[str, Any]:
    return {
        **{"id": IDS[number], "volume_id": VOLUME, "name": f"pass-{number}", "description": None},
        "created_at": f"2026-01-01T00:00:0{number}Z",
        "~container": f"{IDS[number][:2]}/{IDS[number][2:4]}/{IDS[number]}",
        "~prefix": f"volume_{VOLUME}_20260101000000_backup_{IDS[number]}",
    }


def described(name: str, data: bytes) -> Any:
    """Return an object as the recording has it: of data its name, since zlibs pack differently."""
    return json.loads(data) if name.endswith(("_metadata", "_sha256file")) else None


def test_backups_are_written_as_the_real_driver_writes_them(tmp_path):
    files, (full, increment) = PosixFiles(tmp_path), (row(0), row(1))
    before, after = recorded_volume()
    chunks.back_up(files, full, before, None)
    chunks.back_up(files, increment, after, full)
    written = {name: described(name, data) for name, data in files.objects().items()}
    assert written == json.loads(RECORDED.read_text())
    assert {each.stat().st_mode & 0o777 for each in tmp_path.rglob("*_*")} == {0o660}
    restored, count = chunks.restore(files, increment, before)
    assert (restored, count) == (after, 3 * BLOCK + 4)
