"""Who did what: each act by page, API or command line leaves a row."""
