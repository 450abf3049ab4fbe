"""`revenuer share serve HOUSE`: the house's TAXII server."""

import sys
from functools import partial
from pathlib import Path

import click
import msgspec

from revenuer.cli.share_mounts import mounts
from revenuer.records import UsageError
from revenuer.share.house import open_house
from revenuer.share.taxii.assemble import HouseServer
from revenuer.share.taxii.logs import log_json
from revenuer.share.taxii.rate import RateLimits
from revenuer.share.taxii.serve import Options, Tls, serve

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
POSITIVE = click.IntRange(min=1)


@click.command(name="serve")
@click.argument("folder", metavar="HOUSE", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8443, show_default=True, type=click.IntRange(0, 65535), help="0 = any free one."
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that answer."
)
@click.option("--tls-certificate", type=FILE, help="Serve HTTPS with this certificate (PEM).")
@click.option("--tls-key", type=FILE, help="Its private key (PEM).")
@click.option("--tls-client-ca", type=FILE, help="Verify partners' certificates against this CA (PEM).")
@click.option(
    "--plain-http", is_flag=True, help="Serve without TLS: on the loopback, or behind a proxy that has it."
)
@click.option(
    "--max-connections", default=1024, show_default=True, type=POSITIVE, metavar="N", help="Of each worker."
)
@click.option("--request-timeout", default=30.0, show_default=True, type=click.FloatRange(0.1), metavar="SECONDS", help="In which a request must arrive whole, and its answer be taken.")  # fmt: skip
@click.option(
    "--json", "as_json", is_flag=True, help="Print the address as JSON once all workers can answer."
)
def command(
    folder: Path,
    host: str,
    port: int,
    workers: int,
    tls_certificate: Path | None,
    tls_key: Path | None,
    tls_client_ca: Path | None,
    plain_http: bool,
    max_connections: int,
    request_timeout: float,
    as_json: bool,
) -> int:
    """Serve what partners may read of the house's collections, and take what they may write, until SIGTERM.

    Collections, rights and limits stand in HOUSE/server.toml, tokens are made by `revenuer share credential add`; both are taken anew when they
    change. Logs go to stderr as lines of JSON.
    """
    tls = _tls(tls_certificate, tls_key, tls_client_ca, plain_http)
    house = open_house(folder)
    rates, mounted = RateLimits(), mounts(house)
    HouseServer(house, rates, mounted).close()
    log_json(sys.stderr)
    options = Options(
        host=host,
        port=port,
        workers=workers,
        tls=tls,
        connections=max_connections,
        request_s=request_timeout,
    )
    serve(partial(HouseServer, house, rates, mounted), options, partial(_tell, tls is not None, as_json))
    return 0


def _tell(secure: bool, as_json: bool, host: str, port: int) -> None:
    name = f"[{host}]" if ":" in host else host
    url = f"http{'s' if secure else ''}://{name}:{port}/taxii2/"
    click.echo(
        msgspec.json.encode({"url": url, "host": host, "port": port}).decode()
        if as_json
        else f"serving {url}"
    )


def _tls(certificate: Path | None, key: Path | None, client_ca: Path | None, plain: bool) -> Tls | None:
    if certificate is not None and key is not None and not plain:
        return Tls(certificate=certificate, key=key, client_ca=client_ca)
    if plain and certificate is None and key is None and client_ca is None:
        return None
    raise UsageError(
        "give --tls-certificate and --tls-key, or --plain-http alone: tokens must not cross a network in the clear"
    )
