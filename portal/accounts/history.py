import pghistory


def tracked(*, exclude: tuple[str, ...] = ()):
    """Keep every version of a model's rows in an append-only event table, written by the database."""
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        append_only=True,
    )
