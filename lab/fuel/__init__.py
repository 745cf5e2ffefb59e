"""A stand-in for a Fuel master: as much of Nailgun's API as moving a compute host needs.

Its environments are the lab's clouds and its nodes are the lab's hosts. See docs/fuel.md.
"""
