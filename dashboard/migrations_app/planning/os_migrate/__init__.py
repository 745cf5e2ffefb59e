"""The YAML of os-migrate, brought and taken: a folder with a file for each type of resource."""
