"""One value that most accounts of a group hold makes them a house, unless it is everybody's."""

from revenuer.guard.ledger import Ledger
from revenuer.guard.suspicion import Books
from revenuer.guard.suspicion.house import is_house

MAIL, NIGHT = 3, 5


def books_with(value: int, holders: int, accounts: int = 1000) -> Books:
    ledger = Ledger()
    for number in range(accounts):
        ledger.row_of(f"account-{number}", 1)
    for number in range(holders):
        ledger.values.add(value, number << 3 | 4)
    return Books(ledger)


def test_a_campus_is_a_house() -> None:
    campus = 17 << 3 | MAIL
    assert is_house(books_with(campus, 35), {campus: 8}, 10)


def test_a_public_mail_domain_is_nobodys_house() -> None:
    public = 17 << 3 | MAIL
    assert not is_house(books_with(public, 400), {public: 10}, 10)


def test_what_fewer_hold_or_a_night_makes_no_house() -> None:
    campus, night = 17 << 3 | MAIL, 17 << 3 | NIGHT
    assert not is_house(books_with(campus, 35), {campus: 5}, 10)
    assert not is_house(books_with(night, 35), {night: 10}, 10)
