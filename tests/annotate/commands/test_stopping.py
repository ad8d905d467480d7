"""Stopping the server that all tests share: last by its name, so that a failure harms no other."""

import pytest

from annotate.label_studio import local_server
from annotate.label_studio.local_server import LocalStudio


@pytest.mark.studio
@pytest.mark.slow
def test_a_stopped_server_comes_back_on_its_port_with_its_token(server: LocalStudio) -> None:
    before = local_server.load()
    assert before is not None
    assert local_server.stop() is True
    assert local_server.status().running is False
    again = local_server.start(print)
    assert (again.port, again.token) == (before.port, before.token)
    assert again.pid != before.pid
