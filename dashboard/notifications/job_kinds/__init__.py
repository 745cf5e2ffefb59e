"""The kind of job that tells news; found by itself."""
