"""The command line: ``main`` prepares Django, ``command_line`` runs one of ``commands``.

The next command is one more file in ``commands``; nothing else has to know of it.
"""
