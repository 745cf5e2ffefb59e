"""A stand-in for a Fuel master: the part of Nailgun's API that moving a compute host needs.

Its environments are the lab's clouds and its nodes are the lab's hosts. See docs/fuel.md.
"""
