"""report.html of a search for rigging."""

from datetime import datetime

from markupsafe import Markup

from revenuer.rank.rigging import Comparison, RiggingFindings
from revenuer.report import page, visible
from revenuer.report import rigging_wording as words
from revenuer.report.wording import iso

SHOWN_ROWS = 40


def rigging_page(findings: RiggingFindings, comparison: Comparison, now: datetime) -> str:
    """Return report.html: self-contained, offline, with every name escaped."""
    title = words.verdict_line(findings)
    body = (
        page.environment()
        .get_template("rigging.html.j2")
        .render(
            found=findings,
            comparison=comparison,
            rows=words.moved(comparison),
            title=title,
            lead=words.lead_line(findings),
            words=words,
            shown=SHOWN_ROWS,
        )
    )
    return page.render_page(title=f"Revenuer: {visible.plain(title)}", body=Markup(body), generated=iso(now))
