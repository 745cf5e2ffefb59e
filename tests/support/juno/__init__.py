"""A cloud of 2014 on loopback: real HTTP servers with the state that a recorded Juno cloud had.

``running_juno`` in ``cloud.py`` starts it. Each API is a file: a subclass of ``JunoApi``, found by
its file, with a table of routes; what it starts with is in ``seeds/``, reduced from recordings of a
real cloud. ``tests/unit/lab/test_juno_recordings.py`` holds it against them by value.
"""
