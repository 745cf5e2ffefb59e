"""Takes the pictures of the guides from the demo: python -m lab.screenshots

Moves a tenant as the demo does, with a hold before the cutover, and photographs the pages on the
way with Chromium. The pictures go to docs/pictures.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, ViewportSize

from lab.chromium import chromium
from lab.demo import LOGIN, Dashboard, lab_running, written_by_guests
from lab.places import REPOSITORY

PICTURES = REPOSITORY / "docs" / "pictures"
SIZE = ViewportSize(width=1200, height=800)


def main() -> int:
    """Take all pictures and return the exit code."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with lab_running(), Dashboard().running() as dashboard, camera(dashboard) as page:
        name = seeded(dashboard)
        dashboard.pumphouse("plan", name)
        take(page, "plan", "plans/1/")
        job = dashboard.document("execute", name, "--hold-before", "cutover")["job"]["id"]
        take(page, "held", f"jobs/{job}/")
        dashboard.pumphouse("release", str(job))
        dashboard.pumphouse("status", str(job), "--follow")
        take(page, "job", f"jobs/{job}/")
        dashboard.pumphouse("verify", name)
        take(page, "differences", "plans/1/differences/")
        dashboard.pumphouse("host", "list", "--cloud", "source")
        take(page, "hosts", "clouds/source/hosts/")
        take(page, "home", "")
    return 0


def seeded(dashboard: Dashboard) -> str:
    """Create the demo's tenant and return its name."""
    tenant = dashboard.fresh_tenant()
    written_by_guests(tenant)
    return str(tenant["name"])


@contextmanager
def camera(dashboard: Dashboard) -> Iterator[Page]:
    """Open the pages as the demo's operator while inside."""
    with chromium() as browser:
        page = browser.new_page(viewport=SIZE, base_url=dashboard.address, color_scheme="light")
        page.goto("login/")
        page.fill("input[name=username]", LOGIN)
        page.fill("input[name=password]", dashboard.password)
        page.click("button[type=submit]")
        yield page


def take(page: Page, name: str, address: str) -> None:
    """Keep a picture of what one sees first of a page."""
    page.goto(address)
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
