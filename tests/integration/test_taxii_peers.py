"""Our server with the clients that analysts' tools use, over TLS, and its certificates."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import stix2
from stix2.datastore.taxii import TAXIICollectionSource, TAXIICollectionStore
from taxii2client.common import TokenAuth
from taxii2client.exceptions import AccessError
from taxii2client.v21 import ApiRoot, Collection, Server, Status, as_pages

from builders.programs import program
from builders.taxii import TAXII, address, indicator, make_house, serving, tokens

CN = "lab-d.example"


@dataclass
class Running:
    url: str
    tokens: dict[str, str]
    ca: str
    folder: Path

    def collection(self, name: str = "both", partner: str = "lab-b") -> Collection:
        server = Server(f"{self.url}/taxii2/", user=partner, password=self.tokens[partner], verify=self.ca)
        return next(one for one in server.api_roots[0].collections if one.alias == name)


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def certify(folder: Path, name: str, common_name: str, ca: str | None) -> None:
    """Write NAME.pem and NAME.key: self-signed, or signed by `ca`."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key")
    if ca is None:
        openssl(
            folder, "req", "-x509", *key, "-subj", f"/CN={common_name}", "-days", "2", "-out", f"{name}.pem"
        )
        return
    (folder / "extensions").write_text(
        "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n"
    )
    openssl(folder, "req", *key, "-subj", f"/CN={common_name}", "-out", f"{name}.csr")
    signing = (
        "-CA",
        f"{ca}.pem",
        "-CAkey",
        f"{ca}.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "extensions",
    )
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signing, "-out", f"{name}.pem")


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # requests prefers them to what the caller says
        monkeypatch.delenv(name, raising=False)
    program("openssl", "Debian: apt-get install openssl")
    certify(tmp_path, "ca", "Test CA", None)
    certify(tmp_path, "server", "127.0.0.1", "ca")
    certify(tmp_path, "lab-d", CN, "ca")
    certify(tmp_path, "stranger-ca", "Other CA", None)
    certify(tmp_path, "stranger", CN, "stranger-ca")
    house = make_house(tmp_path / "house", more=f'[partners.lab-d]\ncertificate_names = ["{CN}"]')
    tls = [
        "--tls-certificate",
        str(tmp_path / "server.pem"),
        "--tls-key",
        str(tmp_path / "server.key"),
        "--tls-client-ca",
        str(tmp_path / "ca.pem"),
    ]
    given = tokens(house)
    with serving(house, *tls, log=tmp_path / "log") as (_, url):
        yield Running(url, given, str(tmp_path / "ca.pem"), tmp_path)


def test_taxii2_client_does_all_that_it_can(running: Running) -> None:
    server = Server(
        f"{running.url}/taxii2/", user="lab-b", password=running.tokens["lab-b"], verify=running.ca
    )
    assert server.title == "Lab A"
    root = server.default
    assert isinstance(root, ApiRoot)
    assert root.versions == [TAXII]
    collection = running.collection()
    objects = [indicator(n) for n in range(25)] + [address(1)]
    status = collection.add_objects({"objects": objects}, wait_for_completion=True)
    assert isinstance(status, Status)
    assert (status.status, status.success_count, len(status.successes)) == ("complete", 26, 26)
    assert root.get_status(status.id).total_count == 26
    seen = [one["id"] for page in as_pages(collection.get_objects, per_request=4) for one in page["objects"]]
    assert seen == [one["id"] for one in objects]
    told = [one for page in as_pages(collection.get_manifest, per_request=7) for one in page["objects"]]
    assert [one["id"] for one in told] == seen
    later = collection.get_objects(added_after=told[20]["date_added"])["objects"]
    assert [one["id"] for one in later] == seen[21:]
    assert [one["id"] for one in collection.get_objects(type="ipv4-addr")["objects"]] == [address(1)["id"]]
    assert collection.get_object(seen[3])["objects"] == [objects[3]]
    assert collection.object_versions(seen[3])["versions"] == ["2026-01-01T00:00:00.000Z"]
    changed = collection.add_objects({"objects": [indicator(3, name="changed"), indicator(99)]})
    assert (changed.success_count, changed.failure_count, changed.failures[0]["id"]) == (1, 1, seen[3])
    collection.delete_object(seen[3])
    with pytest.raises(Exception, match="404"):
        collection.get_object(seen[3])


def test_taxii2_client_sees_rights(running: Running) -> None:
    with pytest.raises(AccessError):
        running.collection("listed").get_objects()
    with pytest.raises(AccessError):
        running.collection(partner="lab-c").add_objects({"objects": [indicator(1)]})


def test_a_token_alone_as_taxii2_client_sends_it(running: Running) -> None:
    server = Server(f"{running.url}/taxii2/", auth=TokenAuth(running.tokens["lab-c"]), verify=running.ca)
    assert {one.alias for root in server.api_roots for one in root.collections} == {"both", "elsewhere"}


def test_stix2_reads_and_writes(running: Running) -> None:
    """The data stores of the stix2 library, which tools build on."""
    store = TAXIICollectionStore(running.collection(), items_per_page=3)
    first = stix2.Indicator(
        name="one",
        pattern="[ipv4-addr:value = '198.51.100.7']",
        pattern_type="stix",
        valid_from="2026-01-01T00:00:00Z",
    )
    store.add(first)
    second = first.new_version(name="two")
    store.add([second, *(stix2.Identity(name=str(n)) for n in range(8))])
    assert store.get(first.id).name == "two"
    assert {one.name for one in store.all_versions(first.id)} == {"one", "two"}
    assert len(store.query([stix2.Filter("type", "=", "identity")])) == 8
    assert store.get("identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f") is None
    source = TAXIICollectionSource(running.collection(partner="lab-c"))
    assert [one.name for one in source.query([stix2.Filter("id", "=", first.id)])] == ["two"]


def test_the_way_that_opencti_imports(running: Running) -> None:
    """OpenCTI's TAXII 2 connector: taxii2-client, all versions of what was added since a date, in pages, in the order of `as_pages`."""
    collection = running.collection()
    for part in range(4):
        collection.add_objects({"objects": [indicator(part * 10 + n) for n in range(10)]})
    bundle: list[dict[str, Any]] = []
    for page in as_pages(
        collection.get_objects, per_request=7, added_after="2020-01-01T00:00:00.000Z", version="all"
    ):
        bundle += page.get("objects", [])
    assert len({one["id"] for one in bundle}) == len(bundle) == 40
    stix2.parse({"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "objects": bundle})


def test_a_client_certificate_is_enough_and_a_strangers_is_not(running: Running) -> None:
    def asked(name: str | None) -> int:
        cert = (
            None
            if name is None
            else (str(running.folder / f"{name}.pem"), str(running.folder / f"{name}.key"))
        )
        import ssl

        context = ssl.create_default_context(cafile=running.ca)
        if cert is not None:
            context.load_cert_chain(*cert)
        with httpx.Client(verify=context) as client:
            return client.get(f"{running.url}/taxii2/").status_code

    assert asked("lab-d") == 200
    assert asked(None) == 401
    with pytest.raises((httpx.TransportError, OSError)):
        asked("stranger")


def test_plain_http_on_the_tls_port_is_nothing(running: Running) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(running.url.replace("https", "http") + "/taxii2/")
