"""What a chapter runs of the package: what its names lead to, in whatever way, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import edition
from edition import reach

PACKAGE = {
    "__init__.py": """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from .fruit import pick as pick
    from .fruit import peel as cut
def __getattr__(name):
    return {}[name]
""",
    "fruit.py": """
import os
from . import tools
from .tools import KNIFE, wash as clean
from .drawings import draw
def pick(tree):
    'Pick.'
    return tools.ladder(tree)  # gently
def peel(apple):
    return _strip(apple, KNIFE)
def _strip(apple, knife):
    from .bins import throw
    return throw(clean(apple))
def show(apple):
    return draw(apple)
def every():
    return globals()
class Basket(list):
    def weigh(self):
        return pounds(self)
def pounds(basket):
    return open("scale.txt")
""",
    "tools.py": """
KNIFE = "sharp"
KNIFE += "er"
def ladder(tree):
    return tree
def wash(apple):
    return apple
""",
    "bins.py": "def throw(peel):\n    return None\n",
    "drawings.py": """
THEMES = {}
def register(f):
    return f
@register
def theme():
    return PAPER
PAPER = "white"
def draw(apple):
    return apple
""",
    "scale.txt": "kilograms",
}
AT_IMPORT = ["orchard at import", "orchard.drawings at import", "orchard.fruit at import", "orchard.tools at import"]
# The theme is registered whenever the module is imported, and so is what registers it.
AT_IMPORT += ["orchard.drawings.PAPER", "orchard.drawings.register", "orchard.tools.KNIFE"]
PEEL = ["fruit._strip", "fruit.peel", "tools.wash", "bins at import", "bins.throw"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "orchard").mkdir()
    for name, text in PACKAGE.items():
        (tmp_path / "orchard" / name).write_text(text)
    return tmp_path


def found(source: Path, *cells: str) -> dict[str, str]:
    return reach.reached(map(ast.parse, cells), source)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import orchard as o\no.pick(1)", ["fruit.pick", "tools.ladder"]),
        ("import orchard\norchard.cut(1)", PEEL),
        ("from orchard import cut as c\nc(1)", PEEL),
        ("from orchard.fruit import peel\npeel(1)", PEEL),
        ("import orchard.fruit as f\nf.peel(1)", PEEL),
        ("import orchard.fruit\norchard.fruit.peel(1)", PEEL),
        ("from orchard import fruit\n[fruit.peel(a) for a in b]", PEEL),
        ("def late():\n    from orchard import cut\n    return cut", PEEL),
        ("from orchard.fruit import show\nshow", ["fruit.show", "drawings.draw"]),
        ("from orchard.fruit import Basket\nBasket()", ["fruit.Basket", "fruit.pounds", "fruit: scale.txt"]),
        ("from orchard.fruit import clean\nclean", ["tools.wash"]),
    ],
)
def test_names_are_followed(source: Path, code: str, expected: list[str]) -> None:
    assert sorted(found(source, code)) == sorted([*AT_IMPORT, *(f"orchard.{name}" for name in expected)])


def test_nothing_is_reached_by_code_that_imports_nothing_of_ours(source: Path) -> None:
    assert found(source, "import pandas as pd\npd.DataFrame()", "orchard = fruit = 1\norchard.pick") == {}


@pytest.mark.parametrize(
    "code",
    [
        "from orchard import fruit\nhand_on(fruit)",
        "from orchard import fruit\ngetattr(fruit, name)",
        "from orchard.fruit import *\nshow",
        "from orchard import fruit\nfruit.nothing_of_that_name",
        "from orchard.fruit import every\nevery()",
        "from importlib import import_module\nimport_module('orchard.fruit')",
    ],
)
def test_what_cannot_be_followed_takes_the_whole_module(source: Path, code: str) -> None:
    names = {"Basket", "_strip", "every", "peel", "pick", "pounds", "show"}
    assert {f"orchard.fruit.{name}" for name in names} <= set(found(source, code))


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("fruit.py", "gently", "with care", False),
        ("fruit.py", "Pick.", "Pick one.", False),
        ("fruit.py", "import os", "import os\n\n\nX = 1", False),
        ("fruit.py", "globals()", "None", False),
        ("tools.py", "apple", "pear", False),
        ("tools.py", "return tree", "return None", True),
        ("drawings.py", '"white"', '"grey"', True),
        ("drawings.py", "THEMES = {}", "THEMES = {}\nprint(1)", True),
        ("__init__.py", "{}[name]", "None", True),
    ],
)
def test_what_is_edited_counts_if_it_is_reached(source: Path, file: str, old: str, new: str, changes: bool) -> None:
    code = "import orchard as o\no.pick(1)"
    before = found(source, code)
    path = source / "orchard" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert (found(source, code) != before) == changes


def test_a_package_in_a_package_is_followed(source: Path) -> None:
    (source / "orchard/shed").mkdir()
    (source / "orchard/shed/__init__.py").write_text("from .rake import pull\n")
    (source / "orchard/shed/rake.py").write_text("from ..tools import ladder\ndef pull():\n    return ladder(1)\n")
    reached = found(source, "from orchard import shed\nshed.pull()")
    assert {"orchard.shed.rake.pull", "orchard.tools.ladder"} <= set(reached)
    assert "orchard.tools.wash" not in reached


def test_every_name_that_notebooks_are_offered_is_followed_to_its_home(root: Path) -> None:
    """What `edition` says for types, which is followed, is what it gives when it runs."""
    for name in edition.__all__:
        reached = found(root / "src", f"import edition as ed\ned.{name}")
        home = getattr(edition, name).__module__
        assert f"{home}.{name}" in reached, f"{name} stands in {home}"
        assert "edition.rules at import" not in reached
