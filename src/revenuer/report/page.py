"""The page shell: one HTML file with everything inlined, a strict content-security policy, and nothing from outside.

Every report (scan, and later others) is a body rendered with `environment()` and wrapped by `render_page`.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from revenuer import __version__
from revenuer.report import visible, wording
from revenuer.report.atlas import technique_name

CHARTS = "vendor/echarts.min.js"
GRAPHS = "vendor/graph.min.js"
SHELL_SCRIPT = "assets/page.js"
SHELL_STYLE = "assets/page.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Text that is inlined as a script or style, with the hash that the policy allows."""

    text: str
    sha256: str


@lru_cache(maxsize=16)
def asset(name: str) -> Asset:
    """Return a packaged script or style by its path below this package."""
    text = files("revenuer.report").joinpath(name).read_text(encoding="utf-8")
    if "\r" in text or "</script" in text.lower() or "</style" in text.lower() or "<!--" in text:
        raise ValueError(f"{name} cannot be inlined as it is: it holds a carriage return or a closing tag")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(text=text, sha256=f"'sha256-{digest}'")


def content_security_policy(scripts: Sequence[Asset], styles: Sequence[Asset]) -> str:
    """Return a policy that allows exactly these inline scripts and styles and no request to anywhere."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + " ".join(script.sha256 for script in scripts),
            "style-src " + " ".join(style.sha256 for style in styles),
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def data_block(element_id: str, value: Any) -> Markup:
    """Return JSON inside a script element that no text in it can close. `element_id` is ours, never input."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup('<script type="application/json" id="{}">{}</script>').format(element_id, Markup(text))


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the template environment: everything is escaped, and an undefined name is an error."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("revenuer.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(
        count=wording.count,
        short=wording.short_count,
        percent=wording.percent,
        log10=wording.log10_e,
        strength=wording.strength,
        minute=wording.minute,
        day=wording.day,
        clock=wording.clock,
        iso=wording.iso,
        one_line=wording.one_line,
        ident=visible.identifier,
        shown=visible.markup,
        technique=technique_name,
    )
    found.globals["plural"] = wording.plural
    return found


def render_page(
    *, title: str, body: Markup, scripts: Sequence[str] = (), styles: Sequence[str] = (), generated: str
) -> str:
    """Return the whole file. `scripts` are asset names that run after the body, before the shell's own start; `styles` follow the
    shell's own."""
    script_assets = [asset(name) for name in (*scripts, SHELL_SCRIPT)]
    style_assets = [asset(name) for name in (SHELL_STYLE, *styles)]
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            title=title,
            body=body,
            policy=content_security_policy(script_assets, style_assets),
            scripts=[Markup(item.text) for item in script_assets],
            drawn_by_script=bool(scripts),
            styles=[Markup(item.text) for item in style_assets],
            generated=generated,
            version=__version__,
        )
    )
