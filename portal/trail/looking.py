from collections.abc import Sequence

from portal.accounts.models import User
from portal.audit.enums import Channel
from portal.audit.looks import record_looks

from .queries import Entry


def record_family_looks(user: User, entries: Sequence[Entry], *, channel: Channel) -> None:
    """Put on record that the auditor is shown these versions, where their records are sensitive."""
    sensitive = [entry for entry in entries if entry.version.kind.is_sensitive and entry.is_told]
    codes = {id(entry.version.now): entry.code for entry in sensitive}
    record_looks(
        user=user,
        records=[entry.version.now for entry in sensitive],
        code_of=lambda record: codes[id(record)],
        channel=channel,
        purpose="操作记录",
    )
