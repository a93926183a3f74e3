"""Finding cases by words, places and numbers."""

from django.db.models import Exists, OuterRef, Q

from gongzhi.kernel.phrases import phrases

from ..models import ReadMark, SearchEntry

FEW = 2000  # cases that are named outright


def found_by(text: str) -> Q:
    """Return the condition that a case holds every part of a query; none for a blank one.

    Asks once which cases do.  Few are named outright, so that the database fetches them
    and no others; of many, it goes through the list in its order until a page is full.

    What a case is found by is all that whoever may see it reads on its page; who may see
    it is judged by `access.visible_cases`, as for every list.

    Args:
        text: parts between blanks, each of which must stand in the words of the report,
            its address, category, areas or number; words may be cut short.
    """
    sought = phrases(text)
    if not sought:
        return Q()
    entries = SearchEntry.objects.filter(tokens__holds=sought)
    few = list(entries.values_list("case_id", flat=True)[: FEW + 1])
    return Q(pk__in=few) if len(few) <= FEW else Q(Exists(entries.filter(case=OuterRef("pk"))))


def searched_up_to() -> int:
    """Return the id of the ledger entry up to which cases can be searched."""
    mark = ReadMark.objects.filter(pk="search").first()
    return mark.entry_id if mark else 0
