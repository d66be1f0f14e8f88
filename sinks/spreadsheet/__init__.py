"""Forms as workbooks: a template that people fill in, and its cells read back by address.

A form is a list of columns; the template and the reader are made from the same list, so that
they cannot differ. Nothing here knows what a form is about.
"""

from .cells import Cell, CellKind, Sheet
from .forms import Column, Form, Kind
from .reading import read_sheets
from .rows import FormRow, read_form
from .template import write_template

__all__ = [
    "Cell",
    "CellKind",
    "Column",
    "Form",
    "FormRow",
    "Kind",
    "Sheet",
    "read_form",
    "read_sheets",
    "write_template",
]
