"""The errors of the lab; their text is a sentence for the person who runs it."""


class LabError(Exception):
    """The lab cannot continue."""


class NotPrepared(LabError):
    """Something must be installed on the machine first."""
