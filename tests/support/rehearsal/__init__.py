"""A Django app with one kind of job, whose steps do as they are told: for tests of the engine."""
