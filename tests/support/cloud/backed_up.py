"""Volumes of a tenant that go by backups, between clouds with one store of these or with two."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.states import Phase
from dashboard.migrations_app.models import Plan, PlanItem
from dashboard.migrations_app.resources.registry import resource_type
from tests.support.cloud.moved_tenant import draft
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between
from tests.support.cloud.single_moves import Move
from tests.support.cloud.swift import Swift, SwiftFiles
from tests.support.cloud.volume.backups import share_store
from tests.support.cloud.volume.chunks import BLOCK, PosixFiles

DATA = f"{NAME}-data"
BLOCKS = 10
BEFORE = b"".join(f"{n} goods of the shop ".encode().ljust(BLOCK, b".") for n in range(BLOCKS))
AFTER = b"the goodies of the shop"
CHANGED = AFTER + BEFORE[len(AFTER) :]


@contextmanager
def tenant(folder: Path, *, named: bool = True, old: str = "2026.2") -> Iterator[TwoClouds]:
    """Serve two clouds with one store of backups, and a volume of the tenant that is written to."""
    with clouds_with_data(folder, old=old) as clouds:
        files = PosixFiles(folder / "backups")
        share_store(clouds.old.block_storage, clouds.new.block_storage, files)
        if named:
            name_stores(folder, dict.fromkeys(("old", "new"), "rack-backups"))
        yield clouds


@contextmanager
def two_stores(folder: Path, *, old: str = "2026.2") -> Iterator[TwoClouds]:
    """Serve two clouds, of which each keeps its backups in a directory of its own."""
    with clouds_with_data(folder, old=old) as clouds:
        for cloud in (clouds.old, clouds.new):
            cloud.block_storage.backups.keep_in(PosixFiles(folder / f"{cloud.name}-backups"))
        stores = {name: {"kind": "posix", "path": f"{name}-backups"} for name in ("old", "new")}
        name_stores(folder, stores)
        yield clouds


@contextmanager
def two_swifts(folder: Path, *, old: str = "2026.2") -> Iterator[tuple[TwoClouds, Swift, Swift]]:
    """Serve two clouds, of which each keeps its backups in the operator's account of its Swift."""
    with clouds_with_data(folder, old=old) as clouds:
        swifts = Swift(clouds.old), Swift(clouds.new)
        for cloud, swift in zip((clouds.old, clouds.new), swifts, strict=True):
            cloud.neighbours.append(swift)
            [operators] = cloud.identity.projects.where(name="admin")
            cloud.block_storage.backups.keep_in(SwiftFiles(swift, operators["id"]))
        name_stores(folder, {name: {"kind": "swift"} for name in ("old", "new")})
        yield clouds, *swifts


@contextmanager
def clouds_with_data(folder: Path, *, old: str = "2026.2") -> Iterator[TwoClouds]:
    """Serve two clouds, with a volume of the tenant that has bytes."""
    with two_clouds(folder, old=old) as clouds:
        tenant_between(clouds.old, clouds.new)
        volumes = clouds.old.block_storage.volumes
        [data] = volumes.where(name=DATA)
        volumes.data[data["id"]] = BEFORE
        yield clouds


def name_stores(folder: Path, stores: Mapping[str, Any]) -> None:
    """Write how the backups of each cloud are stored into the configuration."""
    path = folder / "clouds.yaml"
    document = yaml.safe_load(path.read_text())
    for name, store in stores.items():
        document["clouds"][name]["pumphouse"] = {"backup_store": store}
    path.write_text(yaml.safe_dump(document))


class Delta(Move):
    """The move of a tenant's volumes, with what is between its passes."""

    def __init__(self, clouds: TwoClouds) -> None:
        super().__init__(clouds=clouds, plan=draft(clouds), type=resource_type("volume"))

    @property
    def data(self) -> PlanItem:
        """The item of the volume that its server writes to."""
        return self.plan.items.get(type="volume", name=DATA)

    def do_until_cutover(self) -> None:
        """Do the steps before the cutover."""
        for step in self._ordered():
            if step.phase < Phase.CUTOVER:
                self.do(step)

    def do_cutover(self) -> None:
        """Do what is left: stages that are done are left out."""
        for step in self._ordered():
            self.do(step)

    def cutover_steps(self) -> list[StepSpec]:
        """Return the steps that are about the volume in the cutover."""
        cutover = (step for step in self._ordered() if step.phase >= Phase.CUTOVER)
        return [step for step in cutover if step.params.get("item") == self.data.pk]

    def write(self, data: bytes) -> None:
        """Write into the volume as its server does."""
        volumes = self.clouds.old.block_storage.volumes
        volumes.data[self.data.source_id] = data + volumes.data[self.data.source_id][len(data) :]

    def copied(self) -> bytes:
        """Return the bytes of the copy."""
        row = self.row_of(self.data)
        assert row is not None
        found: bytes = self.clouds.new.block_storage.volumes.data[row["id"]]
        return found

    def left(self) -> list[Any]:
        """Return the backups, their objects, and snapshots of both clouds' operators."""
        found: list[Any] = []
        for cloud in (self.clouds.old, self.clouds.new):
            storage = cloud.block_storage
            found += [*storage.backups.rows.values(), *storage.backups.store.objects()]
            snapshots = storage.snapshots.rows.values()
            found += [each for each in snapshots if "pumphouse-" in (each["name"] or "")]
        return found


def why_not_by_backups(plan: Plan) -> str:
    """Return why the volume does not go by backups."""
    path = plan.items.get(type="volume", name=DATA).data_path
    assert path["name"] == "glance"
    return str(path["others"]["backup_delta"])
