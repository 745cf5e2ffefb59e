"""The plugin's package, scripts and settings: these need rpm, shellcheck and the rights of root."""
