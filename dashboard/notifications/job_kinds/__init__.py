"""The kind of job that sends notifications; found by itself."""
