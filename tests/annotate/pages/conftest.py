"""A browser for the pages."""

from collections.abc import Iterator

import pytest
from selenium import webdriver

from real_browser import started_chromium


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with started_chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started
