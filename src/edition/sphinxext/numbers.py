"""A glued number leads to the table that it was computed from: two clicks from a sentence to a row."""

from __future__ import annotations

from docutils import nodes
from docutils.nodes import Node, system_message
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.roles import PasteTextRole
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.application import Sphinx

DATA_PAGE = "book/apparatus/data"


class LinkedNumberRole(PasteTextRole):
    """``{glue:text}`name` ``, as myst-nb prints it, inside a link to the first table that the value rests on."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        printed, messages = super().run()
        tables = self._tables()
        if not tables or not isinstance(printed[0], nodes.inline):
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


def setup(app: Sphinx) -> None:
    app.setup_extension("myst_nb")
    app.add_role_to_domain("glue", "text", LinkedNumberRole(), override=True)
