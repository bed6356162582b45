"""What the importer refuses, in one clear line."""


class ImportRefused(Exception):
    """There is nothing here that can be imported."""
