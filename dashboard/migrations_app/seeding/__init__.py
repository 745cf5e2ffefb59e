"""Test tenants like real ones, created and removed by the operator's account.

All their names begin with ``PREFIX``, and nothing else is ever removed. ``tenants`` creates them,
with a module for each kind of object; ``cleanup`` removes them. Plain Python, no Django.
"""
