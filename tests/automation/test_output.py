import sys

from tests.processes import PROJECT, run

PRINT = """
from automation.errors import named_output
from rich.console import Console
with named_output():
    Console().print("10 m² of Zürich…")
print("after it")
"""


def test_what_an_encoding_lacks_is_marked_and_the_rest_is_printed() -> None:
    finished = run(sys.executable, "-c", PRINT, folder=PROJECT, PYTHONIOENCODING="ascii")
    assert finished.stderr == ""
    assert finished.stdout == "10 m? of Z?rich?\nafter it\n"
