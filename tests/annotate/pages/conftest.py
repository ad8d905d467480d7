"""A browser for the pages."""

from collections.abc import Iterator

import pytest
from selenium import webdriver

from chromium import chromium


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started
