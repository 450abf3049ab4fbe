"""Each kind of evidence: an operator that it sees, the look-alike that it must not, and how an operator evades it."""

from builders.live import RESTRICTED_AT, Live, check_books, members_of
from builders.signal_cases import INSTRUCTION
from revenuer.guard.suspicion.linked import became_elevated


def template(live: Live) -> list[str]:
    return live.pool("op", 24, INSTRUCTION)


def elevate(live: Live, names: list[str], intent: int = 0) -> None:
    """Let accounts that are there pass the mark of an intent: people's words for it have nothing else in common."""
    books = live.state.books
    for name in names:
        became_elevated(books, books.suspect(name, live.now), intent, live.now)


def linked(live: Live, size: int, proxies: int) -> list[str]:
    """Accounts that ask for reasoning, each in words of its own, over a few proxies: each is seen at two of them."""
    names = [live.person(f"op-{i}", address=f"203.0.113.{i % proxies}") for i in range(size)]
    for i, name in enumerate(names):
        live.send(name, live.talk())
        live.send(name, live.talk(), address=f"203.0.113.{(i + i // proxies + 1) % proxies}")
    elevate(live, names)
    for name in names:
        live.send(name, live.talk())
    return names


def test_one_instruction_over_scattered_accounts_fires() -> None:
    live = Live(seed=1)
    live.crowd(1500)
    names = template(live)
    (operator,) = live.contained()
    assert operator.members == set(names)
    assert "template" in operator.sources
    assert live.worst_of(names) >= RESTRICTED_AT
    check_books(live.state)


def test_a_public_template_of_strangers_does_not() -> None:
    live = Live(seed=1)
    live.crowd(1500)
    for name in (fans := [live.person(f"fan-{i}") for i in range(60)]):
        for _ in range(5):
            live.send(name, f"{INSTRUCTION}. {live.talk()}")
    assert not live.contained()
    assert live.worst_of(fans) == 0


def test_one_office_with_a_template_does_not() -> None:
    live = Live(seed=1)
    live.crowd(1500)
    office = [
        live.person(f"o-{i}", address="192.0.2.1", mail="office.example", card="company") for i in range(18)
    ]
    for name in office:
        for _ in range(5):
            live.send(name, f"{INSTRUCTION}. {live.talk()}")
    assert not live.contained()


def test_a_class_with_one_exercise_does_not() -> None:
    """A class behind two addresses: neither is a house, but all send the same few texts."""
    live = Live(seed=1)
    live.crowd(1500)
    pupils = [live.person(f"p-{i}", address=f"192.0.2.{i % 2}") for i in range(30)]
    texts = [f"{INSTRUCTION}. {live.talk()}" for _ in range(6)]
    for text in texts:
        for name in pupils:
            live.send(name, text)
    assert live.worst_of(pupils) < RESTRICTED_AT


def test_an_instruction_worded_anew_evades_the_template() -> None:
    """Known limit: without a rare span in common there is no pool. Links and vocabularies are for those."""
    live = Live(seed=1)
    live.crowd(1500)
    names = [live.person(f"op-{i}", address=f"203.0.113.{i % 4}") for i in range(24)]
    words = INSTRUCTION.split()
    for _ in range(5):
        for name in names:
            live.send(name, " ".join(live.rng.permutation(words)) + ". " + live.talk())
    assert not live.contained()


def test_accounts_that_ask_alike_and_share_proxies_fire() -> None:
    live = Live(seed=2)
    live.crowd(3000)
    names = linked(live, 30, proxies=6)
    assert any(o.sources.get("linked", 0.0) >= 2.0 for o in live.contained())
    assert len(members_of(live, names)) >= 20
    check_books(live.state)


def test_people_who_ask_alike_and_share_nothing_do_not() -> None:
    live = Live(seed=2)
    live.crowd(3000)
    names = [live.person(f"asker-{i}") for i in range(40)]
    for name in names:
        live.send(name, live.talk())
    elevate(live, names)
    assert not live.contained()
    assert live.worst_of(names) == 0


def test_one_office_that_asks_alike_does_not() -> None:
    live = Live(seed=2)
    live.crowd(3000)
    names = linked(live, 18, proxies=1)
    assert not live.contained()
    assert live.worst_of(names) < RESTRICTED_AT


def test_one_proxy_for_each_handful_evades_the_links() -> None:
    """Known limit: accounts that meet at one address only are so many houses, and a house is nobody's proof."""
    live = Live(seed=2)
    live.crowd(3000)
    names = [live.person(f"op-{i}", address=f"203.0.113.{i // 5}") for i in range(30)]
    for name in names:
        live.send(name, live.talk())
    elevate(live, names)
    assert not live.contained()


def test_crowded_proxies_evade_the_links() -> None:
    """Known limit: an address that more accounts hold than the cap links nobody."""
    live = Live(seed=2)
    live.crowd(1000)
    for i in range(200):
        live.send(live.person(f"customer-{i}", address=f"203.0.113.{i % 4}"), live.talk())
    linked(live, 24, proxies=4)
    assert not live.contained()


def test_a_replayed_signature_is_decisive_at_once() -> None:
    live = Live()
    live.receives(live.person("owner"), "s")
    assert live.send(live.person("thief"), "hello", signature="s").log10_e >= 6.0


def test_ones_own_signature_is_nothing() -> None:
    live = Live()
    live.receives(live.person("owner"), "s")
    assert live.send("owner", "hello", signature="s").log10_e == 0
    assert live.send("owner", "hello", signature="never issued here").log10_e == 0


def test_the_first_to_send_a_block_is_taken_for_its_owner() -> None:
    """Known limit, where the gateway does not report what it issued: a thief that sends a block first evades the replay."""
    live = Live()
    assert live.send(live.person("thief"), "hello", signature="s").log10_e == 0
    assert live.send(live.person("second"), "hello", signature="s").log10_e >= 6.0


def test_meeting_the_same_pair_again_is_no_new_evidence() -> None:
    """Two elevated accounts of two groups share an address; one of them roams. Before, each new address counted the pair once more."""
    live = Live(seed=6)
    live.crowd(2000)
    for group in "ab":
        for i in range(5):
            live.person(f"{group}-{i}", address=f"198.51.100.{ord(group)}")
            live.send(f"{group}-{i}", live.talk())
        elevate(live, [f"{group}-{i}" for i in range(5)])
    for name in ("a-0", "b-0"):
        live.send(name, live.talk(), address="192.0.2.77")
    for i in range(30):
        live.send("a-0", live.talk(), address=f"192.0.2.{100 + i}")
    shared = live.state.ledger.address("192.0.2.77")
    assert all(o.trials.get(shared, 0) <= 1 for o in live.state.books.operators.values())
    assert not live.contained()
    check_books(live.state)


def test_known_limit_of_a_campus_with_several_exits() -> None:
    """A class that asks for reasoning, scattered over the exits of one campus, is told from an operator by nothing but its phrases.

    It may be watched; by address and kind of request alone nobody in it is restricted.
    """
    live = Live(seed=7)
    live.crowd(3000)
    names = linked(live, 28, proxies=5)
    for name in names:
        live.send(name, live.talk())
    fresh = live.person("new-pupil", address="203.0.113.2")
    live.ask(fresh, "cot", 6)
    assert live.worst[fresh] < RESTRICTED_AT
