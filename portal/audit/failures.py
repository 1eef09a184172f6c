class NotRecorded(Exception):
    """Something could not be put on record, so that nothing may be shown or sent."""
