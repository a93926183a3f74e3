"""The pure part of the demonstration: a city and its recent history, as values.

Everything here follows from `(size, seed)`, and the history also from `until`.
Nothing knows a database, a clock or a file.  `city.make_city` is the entrance to
the place and its people, `history.write_history` the one to what happened there.

The city lies on an island that does not exist, in the East China Sea; its area
codes begin with 99, which no division of China uses; its people bear surnames
that nobody bears.
"""

# `demo.begun` says which city the database holds; `demo.lived`, up to when.
LEDGER_KINDS = frozenset({"demo.begun", "demo.lived"})
