"""How results look on a terminal, and in a pipe: bare tables and lines that the stream can hold."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text


def bare_table(console: Console) -> Table:
    """Return a table without edges, in ASCII where the output is no terminal."""
    return Table(
        box=box.SIMPLE_HEAD if console.is_terminal else box.ASCII2,
        show_edge=False,
        pad_edge=False,
        header_style="bold",
        safe_box=not console.is_terminal,
    )


def print_line(console: Console, text: str, style: str = "") -> None:
    """Print one line, wrapped on a terminal only; markup in it is not read."""
    console.print(encodable(Text(text, style=style), console), soft_wrap=not console.is_terminal)


def encodable(text: Text, console: Console) -> Text:
    """Return the text as the stream can hold it: a terminal in Latin-1 gets ? for the rest, not an error."""
    held = text.plain.replace("−", "-") if not console.encoding.lower().startswith("utf") else text.plain
    return Text(held.encode(console.encoding, "replace").decode(console.encoding), style=text.style)


def shortened(text: str, width: int) -> str:
    """Return the text in at most `width` characters: its start, and the five last, which tell ids apart."""
    return text if len(text) <= width else f"{text[: width - 6]}…{text[-5:]}"
