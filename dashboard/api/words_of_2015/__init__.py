"""The routes of 2015, behind today's logins and roles. Each is today's verbs under its old name."""
