"""`revenuer share key show HOUSE`: our signing keys, or the JWK set that partners get."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from revenuer.records import UsageError
from revenuer.report.visible import plain
from revenuer.share.house import open_house
from revenuer.share.signing import OwnKeys, read_own_keys


@click.command(name="show")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option(
    "--public", is_flag=True, help="Print the JWK set: public keys and signed statements, for partners."
)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def command(folder: Path, public: bool, as_json: bool) -> int:
    """List the signing keys of HOUSE, oldest first; nothing secret is printed."""
    own = read_own_keys(open_house(folder).keys)
    if public:
        click.echo(own.jwk_set(), nl=False)
        return 0
    rows = _rows(own, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps({"schema_version": 1, "keys": rows}, indent=2))
        return 0
    for row in rows:
        reason = f": {row['reason']}" if row["reason"] else ""
        click.echo(plain(f"{row['kid']}  {row['from']} to {row['until']}  {row['state']}{reason}"))
    return 0


def _rows(own: OwnKeys, now: datetime) -> list[dict[str, Any]]:
    try:
        signing = own.current(now).public.kid
    except UsageError:
        signing = ""
    rows: list[dict[str, Any]] = []
    for key in (one.public for one in own.keys):
        state = "counts" if key.is_valid(now) else "ended" if now.timestamp() >= key.exp else "not yet"
        state = "revoked" if key.kid in own.revoked else "signs" if key.kid == signing else state
        rows.append(
            {
                "kid": key.kid,
                "from": _moment(key.nbf),
                "until": _moment(key.exp),
                "state": state,
                "reason": own.revoked.get(key.kid),
            }
        )
    return rows


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
