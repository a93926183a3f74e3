"""What the database already holds of a demonstration."""

from datetime import datetime

from gongzhi.accounts import queries as accounts
from gongzhi.cases import queries as cases
from gongzhi.ledger import queries as ledger
from gongzhi.places import queries as places

from .rules.running import SUBJECT, AnotherCity, Begun, NotEmpty, Wish


def begun() -> Begun | None:
    """Return the demonstration in the database, or None.  One statement."""
    wish, lived_until = None, None
    for entry in ledger.history(SUBJECT):
        facts = entry.facts
        if entry.kind == "demo.begun":
            wish = Wish(facts["size"], facts["seed"], datetime.fromisoformat(facts["until"]))
        else:
            lived_until = datetime.fromisoformat(facts["until"])
    return Begun(wish, lived_until) if wish is not None else None


def require_room(wish: Wish) -> None:
    """Refuse unless the database is empty, or holds this very demonstration.

    Raises:
        NotEmpty: it holds a city that is none.
        AnotherCity: it holds another demonstration.
    """
    there = begun()
    if there is None:
        facts = {
            "cases": cases.count_cases(),
            "areas": sum(len(places.areas_by_code(layer.code)) for layer in places.layers()),
            "organisations": len(accounts.all_organisations()),
        }
        if any(facts.values()):
            raise NotEmpty(**facts)
    elif there.wish != wish:
        known = there.wish
        raise AnotherCity(size=known.size, seed=known.seed, until=known.until.isoformat())
