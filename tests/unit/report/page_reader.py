"""Reads a page as a browser would, for tests of what is in it."""

from html.parser import HTMLParser


class Reader(HTMLParser):
    """What a browser would see: elements with attributes, scripts, styles, text, references."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.policy = ""
        self.inline: dict[str, list[str]] = {"script": [], "style": [], "json": []}
        self.text: list[str] = []
        self.references: list[str] = []
        self._into: str | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.attributes |= found.keys()
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"] or ""
        self.references += [value or "" for name, value in attrs if name in {"href", "src", "action", "data"}]
        if tag in {"script", "style"}:
            self._into = "json" if found.get("type") == "application/json" else tag
            self.inline[self._into].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into:
            self.inline[self._into][-1] += data
        else:
            self.text.append(data)
