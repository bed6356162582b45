"""What the tests of the house share: where it stands, and its command file as a module."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest


@pytest.fixture
def root():
    return Path(__file__).resolve().parents[2]


@pytest.fixture
def dev(root):
    """The command file, loaded anew, so that a test may change what stands in it."""
    loader = SourceFileLoader("dev", str(root / "dev"))
    module = module_from_spec(spec_from_loader("dev", loader))
    loader.exec_module(module)
    return module
