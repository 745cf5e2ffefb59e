"""The lab's one error: its text is the sentence for whoever runs the lab."""


class LabError(Exception):
    """Something the lab cannot go on with."""


class NotPrepared(LabError):
    """The machine lacks something that must be installed first."""
