"""The Fuel plugin: the files that Fuel reads, and the tools that build its package and image."""
