"""A browser, and somebody who is logged in with it."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from lab.chromium import chromium
from tests.support import rows

# Playwright's loop runs in the thread of the tests, which also prepares their rows.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

Open = Callable[..., Page]
PATIENCE = 40_000
"""Milliseconds. A busy machine is slow; what is awaited is gone on with at once."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the Chromium of this machine."""
    expect.set_options(timeout=PATIENCE)
    with chromium() as started:
        yield started


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a fresh profile of a desktop's size."""
    made = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """Collect what the browser complains of: broken policies, failed scripts, missing files."""
    found: list[str] = []
    context.on("console", lambda line: line.type == "error" and found.append(line.text))
    context.on("weberror", lambda error: found.append(str(error.error)))
    yield found


@pytest.fixture
def open_as(context: BrowserContext, live_server: LiveServer) -> Open:
    """Return a function that opens an address as a user, without the detour of the login page."""

    def open_page(user: User, address: str) -> Page:
        context.add_cookies([session_of(user, live_server.url)])
        page = context.new_page()
        page.goto(f"{live_server.url}{address}")
        return page

    return open_page


def session_of(user: User, url: str) -> dict[str, str]:
    """Return the cookie of a new session of a user, for the address of the pages."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture
def operator(transactional_db: None) -> User:
    """Return somebody who may do all but roll back and finalize."""
    return rows.user_with("operator")


@pytest.fixture
def admin(transactional_db: None) -> User:
    """Return somebody who may do everything."""
    return rows.user_with("admin")


@pytest.fixture
def viewer(transactional_db: None) -> User:
    """Return somebody who may only look."""
    return rows.user_with("viewer")
