"""What holds on every page: it works, everybody can use it, on any screen, in either theme."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Open
from tests.browser.every_page import every_page
from tests.browser.layout import cut_tables, is_aligned, nameless_cells


def issues_of(page: Page, *rules: str) -> list[str]:
    """Return what axe finds that makes it hard to use the page: contrasts, headings, landmarks.

    Without rules, it looks at all that it knows.
    """
    found = Axe().run(page, options={"runOnly": rules} if rules else None)
    violations = found.response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:160]}"
        for each in violations
        if each["impact"] in ("moderate", "serious", "critical")
    ]


def test_each_page_answers_and_breaks_no_policy(
    open_as: Open, admin: User, live_server: LiveServer, complaints: list[str]
) -> None:
    addresses = every_page(admin)
    page = open_as(admin, "/")
    answers = {}
    for name, address in addresses.items():
        answer = page.goto(live_server.url + address)
        answers[name] = answer.status if answer else None
    assert answers == dict.fromkeys(addresses, 200)
    assert complaints == []


# a theme has colors of its own; all else is the same in both
THEMES: dict[Literal["light", "dark"], tuple[str, ...]] = {
    "light": (),
    "dark": ("color-contrast",),
}


@pytest.mark.timeout(1200)
def test_axe_finds_no_issue(open_as: Open, admin: User, live_server: LiveServer) -> None:
    addresses = every_page(admin)
    page = open_as(admin, "/")
    issues = {}
    for name, address in addresses.items():
        page.goto(live_server.url + address)
        for theme, rules in THEMES.items():
            page.emulate_media(color_scheme=theme)
            if found := issues_of(page, *rules):
                issues[name, theme] = found
    assert issues == {}


def test_axe_finds_no_issue_on_the_login_page(
    context: BrowserContext, live_server: LiveServer, complaints: list[str]
) -> None:
    page = context.new_page()
    page.goto(f"{live_server.url}/login/")
    assert issues_of(page) == []
    assert complaints == []


def test_no_page_scrolls_sideways_on_a_phone(
    open_as: Open, admin: User, live_server: LiveServer
) -> None:
    addresses = every_page(admin)
    page = open_as(admin, "/")
    page.set_viewport_size({"width": 400, "height": 800})
    too_wide = {}
    for name, address in addresses.items():
        page.goto(live_server.url + address)
        excess = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if excess > 0:
            too_wide[name] = excess
    assert too_wide == {}


@pytest.mark.parametrize("width", [400, 1280, 1440])
def test_no_table_is_wider_than_its_place(
    open_as: Open, admin: User, live_server: LiveServer, width: int
) -> None:
    addresses = every_page(admin)
    page = open_as(admin, "/")
    page.set_viewport_size({"width": width, "height": 900})
    cut = {}
    for name, address in addresses.items():
        page.goto(live_server.url + address)
        if found := cut_tables(page):
            cut[name] = found
        if width == 400:
            assert nameless_cells(page) == [], name
            assert is_aligned(page), name
    assert cut == {}


def test_the_chosen_theme_is_there_before_the_page_is_painted(open_as: Open, admin: User) -> None:
    page = open_as(admin, "/")
    for _ in range(2):
        page.get_by_role("button", name="Theme").click()
    page.add_init_script(
        "new MutationObserver(() => window.firstTheme ??= document.body"
        " && (document.documentElement.dataset.theme || 'none'))"
        ".observe(document, {childList: true, subtree: true})"
    )
    page.reload()
    assert page.evaluate("window.firstTheme") == "dark"
