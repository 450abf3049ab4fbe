"""Keyed hashes of strings, and the one spelling of an address."""

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from revenuer.detect.addresses import address_and_network, addresses
from revenuer.detect.keyed_hash import UNKEYED, derive_key
from revenuer.detect.sketch import sketch_kernel
from revenuer.detect.string_hash import hash_string, hash_strings
from revenuer.records import EXCHANGE_SCHEMA

KEY = derive_key(b"a secret of the provider")


@given(values=st.lists(st.text(max_size=20), max_size=10))
def test_one_string_hashes_as_among_many(values: list[str]) -> None:
    many = hash_strings(pa.array(values, pa.string()), KEY).tolist()
    assert many == [hash_string(value, KEY) for value in values]
    assert len(set(many)) == len(set(values))
    assert not {value for value in values if hash_string(value, UNKEYED) in many}


def test_a_sketch_hashes_its_columns_so() -> None:
    row = {
        "request_id": "r", "account_id": "a", "model": "m", "timestamp": 0, "client_ip": "2001:DB8::0:1",
        "user_agent": "curl/8", "tls_fingerprint": "t13d",
    }  # fmt: skip
    sketch = sketch_kernel(KEY)(pa.RecordBatch.from_pylist([row], schema=EXCHANGE_SCHEMA)).to_pylist()[0]
    address, network = address_and_network(row["client_ip"])  # type: ignore[arg-type]
    expected = {"ip": address, "ip_prefix": network, "user_agent": "curl/8", "tls_fingerprint": "t13d"}
    assert {name: sketch[name] % 2**64 for name in expected} == {
        name: hash_string(value, KEY) for name, value in expected.items()
    }


ADDRESS = st.one_of(
    st.ip_addresses().map(str),
    st.ip_addresses(v=6).map(lambda ip: ip.exploded.upper()),
    st.ip_addresses(v=4).map(lambda ip: f"::ffff:{ip}"),
    st.text(alphabet="0123456789.:abfg\n٣", max_size=12),
)


@given(given_=st.lists(ADDRESS, min_size=1, max_size=6))
@example(given_=["10.0.0.1\n", "1.2.3.4.5", "", ":", "١.2.3.4"])
def test_one_address_is_spelled_as_among_many(given_: list[str]) -> None:
    spelled, networks = addresses(pa.array(given_))
    assert list(zip(spelled.to_pylist(), networks.to_pylist(), strict=True)) == [
        address_and_network(ip) for ip in given_
    ]
