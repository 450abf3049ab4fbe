"""`revenuer guard serve`: answer the gateway's questions over HTTP."""

from pathlib import Path

import click

from revenuer.cli.fleet_choice import fleet_options
from revenuer.cli.key_file import read_key
from revenuer.detect.keyed_hash import UNKEYED
from revenuer.guard.fleet import FleetOptions
from revenuer.guard.http.assemble import ServeOptions, run
from revenuer.guard.http.bounds import Bounds
from revenuer.guard.http.logs import log_json
from revenuer.guard.http.server import Tls
from revenuer.guard.journal.turns import take_short_turns
from revenuer.records import UsageError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
POSITIVE = click.IntRange(min=1)


@click.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 = any free one."
)
@click.option("--policy", type=FILE, help="Policy (TOML); taken anew when it changes. Default: shadow mode.")
@click.option("--journal", type=click.Path(dir_okay=False, path_type=Path), help="Keep measures and decisions there (SQLite), over restarts.")  # fmt: skip
@click.option("--memory", type=click.Path(dir_okay=False, path_type=Path), help="Keep there what is counted of every account: read at the start, written now and then and at the end.")  # fmt: skip
@click.option("--memory-minutes", default=10.0, show_default=True, type=click.FloatRange(0.01), metavar="MINUTES", help="How often the memory is written.")  # fmt: skip
@click.option("--max-accounts", default=1 << 20, show_default=True, type=click.IntRange(1024), metavar="N", help="Accounts remembered; then those that nobody suspects give way, longest away first. 0.6 GB a million.")  # fmt: skip
@click.option("--fleet", metavar="URL", help="Be one guard with the other nodes there (Valkey or Redis); @FILE for an address with a password.")  # fmt: skip
@click.option("--fleet-key", type=FILE, help="File with the secret that seals what the nodes tell one another.")  # fmt: skip
@click.option("--node", metavar="NAME", help="This node's name in the fleet. Default: a random one.")
@click.option("--index", type=click.Path(exists=True, path_type=Path), help="Campaign index, or a scan's folder; taken anew when it changes.")  # fmt: skip
@click.option("--key-file", type=FILE, help="Secret that the campaign index is hashed with.")
@click.option("--seed-key", type=FILE, help="Secret that shared seeds are made from; the same on all nodes. Default: a random one until the service stops.")  # fmt: skip
@click.option("--api-keys", type=FILE, help="Lines `decide|admin SHA256 NAME`. Without: local callers may ask, nobody may administer.")  # fmt: skip
@click.option("--trusted-proxy", "proxies", multiple=True, metavar="CIDR", help="A gateway of ours, whose headers are believed.")  # fmt: skip
@click.option("--account-header", metavar="NAME", help="Header in which a trusted gateway names the account. Default: hash of the credential.")  # fmt: skip
@click.option("--tls-certificate", type=FILE, help="Serve HTTPS with this certificate (PEM).")
@click.option("--tls-key", type=FILE, help="Its private key (PEM).")
@click.option("--tls-client-ca", type=FILE, help="Verify clients' certificates against this CA (PEM).")
@click.option("--admin-subject", "subjects", multiple=True, metavar="CN", help="Common name of a client certificate that may administer.")  # fmt: skip
@click.option("--otlp", metavar="URL", help="Send traces there, as http://collector:4318/v1/traces.")
@click.option("--otlp-share", default=0.01, show_default=True, type=click.FloatRange(0, 1), help="Share of decisions that are traced.")  # fmt: skip
@click.option("--max-body", default=Bounds().body_bytes, show_default=True, type=POSITIVE, metavar="BYTES")
@click.option("--max-batch", default=Bounds().batch, show_default=True, type=POSITIVE, metavar="N")
@click.option(
    "--max-connections", default=Bounds().connections, show_default=True, type=POSITIVE, metavar="N"
)
@click.option("--max-in-flight", default=Bounds().in_flight, show_default=True, type=POSITIVE, metavar="N", help="Requests in work at once; further ones get the policy's failure mode.")  # fmt: skip
@click.option("--read-timeout", default=Bounds().read_s, show_default=True, type=click.FloatRange(0.1), metavar="SECONDS", help="In which a request must arrive whole.")  # fmt: skip
@click.option("--ready-fd", type=click.IntRange(min=1), metavar="FD", help="Write the bound address there, as JSON, once ready.")  # fmt: skip
def command(
    host: str,
    port: int,
    policy: Path | None,
    journal: Path | None,
    memory: Path | None,
    memory_minutes: float,
    max_accounts: int,
    fleet: str | None,
    fleet_key: Path | None,
    node: str | None,
    index: Path | None,
    key_file: Path | None,
    seed_key: Path | None,
    api_keys: Path | None,
    proxies: tuple[str, ...],
    account_header: str | None,
    tls_certificate: Path | None,
    tls_key: Path | None,
    tls_client_ca: Path | None,
    subjects: tuple[str, ...],
    otlp: str | None,
    otlp_share: float,
    max_body: int,
    max_batch: int,
    max_connections: int,
    max_in_flight: int,
    read_timeout: float,
    ready_fd: int | None,
) -> int:
    """Answer the gateway's questions over HTTP until SIGTERM. Logs go to stderr as lines of JSON."""
    options = ServeOptions(
        host=host,
        port=port,
        policy=policy,
        journal=journal,
        memory=memory,
        memory_minutes=memory_minutes,
        max_accounts=max_accounts,
        fleet=_fleet(fleet, fleet_key, node),
        index=index,
        index_key=UNKEYED if key_file is None else read_key(key_file),
        seed_key=seed_key,
        api_keys=api_keys,
        trusted_proxies=proxies,
        account_header=account_header,
        tls=_tls(tls_certificate, tls_key, tls_client_ca),
        admin_subjects=subjects,
        otlp=otlp,
        otlp_share=otlp_share,
        ready_fd=ready_fd,
        bounds=Bounds(
            body_bytes=max_body,
            batch=max_batch,
            connections=max_connections,
            in_flight=max_in_flight,
            read_s=read_timeout,
        ),
    )
    log_json()
    take_short_turns()
    run(options)
    return 0


def _fleet(address: str | None, key: Path | None, node: str | None) -> FleetOptions | None:
    if address is None:
        if key is not None or node is not None:
            raise UsageError("--fleet-key and --node need --fleet, the shared server's address")
        return None
    return fleet_options(address, key, node)


def _tls(certificate: Path | None, key: Path | None, client_ca: Path | None) -> Tls | None:
    if certificate is None and key is None and client_ca is None:
        return None
    if certificate is None or key is None:
        raise UsageError("HTTPS needs both --tls-certificate and --tls-key")
    return Tls(certificate=certificate, key=key, client_ca=client_ca)
