"""One file per family of commands: they parse and print, the work is done by library functions."""
