"""report.html of one test of a suspect."""

from datetime import datetime

from markupsafe import Markup

from revenuer.records.suspect_verdict import SuspectVerdict
from revenuer.report import page, visible
from revenuer.report import verdict_wording as words
from revenuer.report.wording import iso


def verdict_page(verdict: SuspectVerdict, pack_sha256: str | None, now: datetime) -> str:
    """Return report.html: self-contained, offline, with every text escaped. `pack_sha256`: of evidence.zip, None where there is none."""
    title = words.verdict_line(verdict)
    body = (
        page.environment()
        .get_template("verdict.html.j2")
        .render(verdict=verdict, title=title, words=words, pack_sha256=pack_sha256)
    )
    heading = f"Revenuer: {verdict.suspect}, {verdict.test}: {title}"
    return page.render_page(title=visible.plain(heading), body=Markup(body), generated=iso(now))
