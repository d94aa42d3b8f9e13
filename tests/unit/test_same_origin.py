"""What was built names no machine."""

from pathlib import Path

import pytest

from dashboard.same_origin import SameOrigin


def test_every_address_becomes_that_of_the_page(tmp_path: Path) -> None:
    built = tmp_path / "assets" / "reflex-env-x1.js"
    built.parent.mkdir()
    built.write_text(
        'var e={PING:`http://localhost:3000/ping`,EVENT:"ws://0.0.0.0:8000/_event",MODE:"x"};'
    )
    SameOrigin().post_build(static_dir=tmp_path)
    assert built.read_text() == (
        "var e={PING:`${location.protocol}//${location.host}/ping`,"
        'EVENT:`${location.protocol.replace("http","ws")}//${location.host}/_event`,MODE:"x"};'
    )


def test_a_build_of_another_shape_is_no_silent_success(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no address"):
        SameOrigin().post_build(static_dir=tmp_path)
