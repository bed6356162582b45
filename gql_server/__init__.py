"""The doors: HTTP, the command line, the importers, and the settings they are opened with."""
