"""A glued number leads to the table that it was computed from: two clicks from a sentence to a row."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from docutils import nodes
from docutils.nodes import Node, system_message
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.roles import PasteTextRole
from myst_nb.ext.glue.utils import PendingGlueReference, retrieve_glue_data
from sphinx.application import Sphinx

DATA_PAGE = "book/apparatus/data"


class LinkedNumberRole(PasteTextRole):
    """``{glue:text}`name` ``, as myst-nb prints it, inside a link to the first table that the value rests on."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        printed, messages = super().run()
        if not printed or not isinstance(printed[0], nodes.inline | PendingGlueReference):
            return printed, messages
        tables = self._tables_elsewhere() if "::" in self.text else self._tables()
        if not tables:
            return printed, messages
        env = self.document.settings.env
        page = env.app.builder.get_relative_uri(env.docname, DATA_PAGE)
        told = f"Computed from {', '.join(tables)}"
        place = {"refuri": f"{page}#table-{tables[0]}", "internal": True, "reftitle": told}
        return [nodes.reference("", "", *printed, classes=["ed-number"], **place)], messages

    def _tables(self) -> list[str]:
        try:
            metadata = retrieve_glue_data(self.document, self.text).metadata
        except RetrievalError:
            return []
        return list(metadata.get("edition", {}).get("tables", []))

    def _tables_elsewhere(self) -> list[str]:
        """Return the tables behind ``notebook.ipynb::name:s``, a value of another notebook, as stored in that one."""
        place, _, name = self.text.partition("::")
        env = self.document.settings.env
        notebook = Path(env.doc2path(env.docname)).parent / place
        env.note_dependency(str(notebook))
        return tables_by_value(notebook).get(name.rsplit(":", 1)[0], [])


@cache
def tables_by_value(notebook: Path) -> dict[str, list[str]]:
    """Return the tables behind each glued value of a stored notebook, by the value's name."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    stored = (output.get("metadata", {}) for cell in cells for output in cell.get("outputs", []))
    return {
        about["scrapbook"]["name"]: about.get("edition", {}).get("tables", [])
        for about in stored
        if "scrapbook" in about
    }


def setup(app: Sphinx) -> None:
    app.setup_extension("myst_nb")
    app.add_role_to_domain("glue", "text", LinkedNumberRole(), override=True)
