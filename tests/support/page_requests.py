"""Asks for pages by Django's own client."""

from typing import Any

from django.test import Client

from tests.support import rows


def page(address: str, *, role: str = "operator") -> str:
    """Return the text of a page, as somebody of that role sees it."""
    return answer(address, role=role).content.decode()


def answer(address: str, *, role: str = "operator", post: dict[str, Any] | None = None) -> Any:
    """Return what an address answers to somebody of that role."""
    client = Client()
    client.force_login(rows.user_with(role))
    return client.get(address) if post is None else client.post(address, post)
