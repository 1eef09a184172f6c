import pgtrigger

# Where a record belongs may change above its head, as when its association is merged into another one.
MOVES = ("association_id", "version")


def stays_while_frozen(name: str, *, apart_from: tuple[str, ...] = ()) -> pgtrigger.Trigger:
    """Refuse every change of a row with a day in `frozen_on`, except the one that takes the day away."""
    free = ", ".join(f"'{column}'" for column in (*MOVES, *apart_from))
    return pgtrigger.Trigger(
        name="stays_while_frozen",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        condition=pgtrigger.Q(old__frozen_on__isnull=False) & pgtrigger.Q(new__frozen_on__isnull=False),
        func=f"""
            IF to_jsonb(NEW) - ARRAY[{free}] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{free}] THEN
                RAISE EXCEPTION USING ERRCODE = 'check_violation',
                    CONSTRAINT = '{name}', MESSAGE = 'frozen rows do not change';
            END IF;
            RETURN NEW;
        """,
    )
