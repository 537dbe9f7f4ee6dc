from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from syncsim import scenario
scenario.names("scenarios")
scenario.find("designs", "enhanced")
early = [name for name in ("pydantic", "ruamel.yaml") if name in sys.modules]
scenario.load_design("enhanced")
late = [name for name in ("pydantic", "ruamel.yaml") if name in sys.modules]
print(early, late)
"""


def test_the_parser_is_imported_when_a_file_is_loaded():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[] ['pydantic', 'ruamel.yaml']"


def test_an_unknown_attribute_is_an_ordinary_error():
    from syncsim import scenario

    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        _ = scenario.lode
