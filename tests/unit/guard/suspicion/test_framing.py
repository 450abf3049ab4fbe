"""An innocent account that shares one thing with a contained operator is not restricted, whatever the operator does."""

import pytest

from builders.live import RESTRICTED_AT, Live, check_books
from builders.signal_cases import INSTRUCTION

BIG = 8000
"""Accounts of the world: in small ones nothing is rare enough to convict."""


def world(**pool: int) -> Live:
    """An operator of 24 accounts behind four proxies, contained for its instruction."""
    live = Live(seed=1)
    live.crowd(BIG)
    guilty = live.pool("op", 24, INSTRUCTION, **pool)
    assert all(live.worst[name] >= RESTRICTED_AT for name in guilty)
    return live


@pytest.fixture
def contained() -> Live:
    return world()


def test_its_address(contained: Live) -> None:
    live = contained
    neighbour = live.person("neighbour", address="203.0.113.1")
    for _ in range(20):
        live.send(neighbour, live.talk())
    assert 0 < live.worst[neighbour] < RESTRICTED_AT


def test_all_its_addresses(contained: Live) -> None:
    """A roaming neighbour, who comes by every proxy of the operator's."""
    live = contained
    live.person("neighbour", address="203.0.113.1")
    for i in range(40):
        live.send("neighbour", live.talk(), address=f"203.0.113.{i % 4}")
    assert live.worst["neighbour"] < RESTRICTED_AT


def test_its_address_by_one_who_asks_for_reasoning(contained: Live) -> None:
    live = contained
    live.person("neighbour", address="203.0.113.1")
    live.ask("neighbour", "cot", 12)
    assert live.worst["neighbour"] < RESTRICTED_AT


def test_its_mail_domain() -> None:
    live = Live(seed=1)
    live.crowd(BIG)
    for i in range(24):
        live.person(f"op-{i}", address=f"203.0.113.{i % 4}", mail="small-provider.example")
    for i in range(120):
        live.send(f"op-{i % 24}", f"{INSTRUCTION}. {live.talk()}")
    assert not live.contained()  # all of one mail domain: that may be one house
    live.pool("more", 40, INSTRUCTION)
    assert live.contained()
    customer = live.person("customer", mail="small-provider.example")
    live.ask(customer, "judge", 8)
    assert live.worst[customer] < RESTRICTED_AT


def test_its_card() -> None:
    """A card that was stolen from an honest account and pays for the operator's too."""
    live = world(cards=6)
    owner = live.person("owner", card="card-op-1")
    for _ in range(10):
        live.send(owner, live.talk())
    assert 1.0 < live.worst[owner] < RESTRICTED_AT


def test_its_instruction_quoted_once_or_twice(contained: Live) -> None:
    """Somebody asks what it means, or an agent reads it on a page where the operator put it."""
    live = contained
    for _ in range(2):
        live.send(live.person("reader"), f"what does this mean: {INSTRUCTION}. {live.talk()}")
    for _ in range(20):
        live.send("reader", live.talk())
    assert live.worst["reader"] < RESTRICTED_AT


def test_the_habit_of_its_instruction_convicts(contained: Live) -> None:
    """The case that fires: a second pool of accounts with nothing but the instruction in common with the first."""
    live = contained
    names = [live.person(f"second-{i}") for i in range(10)]
    for _ in range(4):
        for name in names:
            live.send(name, f"{INSTRUCTION}. {live.talk()}")
    assert all(live.worst[name] >= RESTRICTED_AT for name in names)
    check_books(live.state)


def test_its_instruction_after_it_became_everybodys(contained: Live) -> None:
    """The operator publishes its instruction as a good prompt, and strangers take it up: it convicts few, and then nobody.

    Before, each stranger was counted to the operator, and the next one was convicted like the first: six hundred of six hundred.
    """
    live = contained
    fans = [live.person(f"fan-{i}") for i in range(400)]
    for name in fans:
        for _ in range(4):
            live.send(name, f"{INSTRUCTION}. {live.talk()}")
    restricted = [name for name in fans if live.worst[name] >= RESTRICTED_AT]
    assert len(restricted) <= 4 * 24
    assert live.worst_of(fans[-150:]) < RESTRICTED_AT


def test_a_public_template_that_it_takes_up() -> None:
    """An operator hides in the crowd of a public template: nobody is convicted for the template."""
    live = Live(seed=2)
    live.crowd(1000)
    for i in range(150):
        live.person(f"fan-{i}")
        for _ in range(4):
            live.send(f"fan-{i}", f"{INSTRUCTION}. {live.talk()}")
    live.pool("op", 24, INSTRUCTION)
    assert live.worst_of(f"fan-{i}" for i in range(150)) < RESTRICTED_AT


def test_its_phrases(contained: Live) -> None:
    """People who ask for reasoning in the words that the operator asks in too: a public phrase."""
    live = contained
    people = [live.person(f"asker-{i}") for i in range(60)]
    for name in people[:30]:
        live.ask(name, "cot", 6)
    for name in (f"op-{i}" for i in range(24)):
        live.ask(name, "cot", 5)
    for name in people:
        live.ask(name, "cot", 6)
    assert live.worst_of(people) < RESTRICTED_AT


def test_signatures_taken_from_it() -> None:
    """Someone publishes his transcripts, signatures and all; thieves replay them. The thieves are guilty, he is not."""
    live = Live(seed=3)
    live.crowd(500)
    live.person("author")
    live.send("author", live.talk())
    for i in range(20):
        live.receives("author", f"signature-{i}")
        thief = live.person(f"thief-{i}")
        assert live.send(thief, live.talk(), signature=f"signature-{i}").log10_e >= RESTRICTED_AT
    for _ in range(10):
        live.send("author", live.talk(), signature="signature-1")
    live.ask("author", "cot", 8)
    assert live.worst["author"] < RESTRICTED_AT
    check_books(live.state)


def test_colleagues_of_one_whose_signatures_were_taken() -> None:
    """An office is not guilty by one of its people having been robbed."""
    live = Live(seed=3)
    live.crowd(2000)
    office = [live.person(f"o-{i}", address="192.0.2.1", mail="office.example") for i in range(12)]
    for name in office:
        live.ask(name, "judge", 5)
    for i in range(6):
        live.receives("o-0", f"signature-{i}")
        live.send(live.person(f"thief-{i}"), live.talk(), signature=f"signature-{i}")
    for name in office:
        live.ask(name, "judge", 3)
    assert live.worst_of(office) < RESTRICTED_AT


def test_colleagues_of_a_thief() -> None:
    """Nor by one of its people being the thief."""
    live = Live(seed=3)
    live.crowd(2000)
    office = [live.person(f"o-{i}", address="192.0.2.1", mail="office.example") for i in range(12)]
    for name in office:
        live.ask(name, "judge", 5)
    live.receives(live.person("robbed"), "signature")
    for name in ("o-0", live.person("thief-1"), live.person("thief-2"), live.person("thief-3")):
        assert live.send(name, live.talk(), signature="signature").log10_e >= RESTRICTED_AT
    for name in office[1:]:
        live.ask(name, "judge", 3)
    assert live.worst_of(office[1:]) < RESTRICTED_AT
    check_books(live.state)


def test_siblings_of_a_guilty_account() -> None:
    """One key of a company is sold on and replays signatures: the company's other keys share card, address and mail domain with it."""
    live = Live(seed=4)
    live.crowd(2000)
    keys = [
        live.person(
            f"k-{i}", card="company", address="192.0.2.1", mail="company.example", organization="org-1"
        )
        for i in range(15)
    ]
    for name in keys:
        live.ask(name, "judge", 5)
    for i in range(5):
        live.receives(live.person(f"stranger-{i}"), f"signature-{i}")
        live.send("k-0", live.talk(), signature=f"signature-{i}")
    for name in keys[1:]:
        live.ask(name, "judge", 3)
    assert live.worst["k-0"] >= RESTRICTED_AT
    assert live.worst_of(keys[1:]) < RESTRICTED_AT


def test_an_account_named_like_a_receiver_before_it_came() -> None:
    """What the provider knows of an account counts even where its name was heard before its first request."""
    live = Live(seed=5)
    live.crowd(50)
    live.receives("later", "signature")
    live.send(live.person("thief"), live.talk(), signature="signature")
    live.person("later", card="of-later", organization="org-later")
    live.send("later", live.talk())
    card = live.state.ledger.hashed("payment_fingerprint", "of-later")
    assert card in live.suspect("later").values
    assert live.suspect("later").organization
    check_books(live.state)
