import pghistory


def tracked(*, exclude: tuple[str, ...] = (), in_bulk: bool = False):
    """Keep every version of a model's rows in an append-only event table, written by the database.

    `in_bulk` is for tables that one statement fills with hundreds of thousands of rows: their versions are
    copied once a statement, which costs a fraction of once a row and records the same.
    """
    level = pghistory.Statement if in_bulk else pghistory.Row
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        append_only=True,
        level=level,
    )
