"""Test tenants as real ones are: made, and removed again, by the operator's account.

Everything is named with ``PREFIX``, and nothing without it is ever removed. ``planting`` makes
tenants from one file for each kind of thing; ``clearing`` removes them. Plain Python, no Django.
"""
