"""The findings of a refused write, on the form that asked for it."""

from django import forms

from .findings import RuleViolation


def show_findings(form: forms.Form, refused: RuleViolation) -> None:
    """Put the findings of a refused write beside the fields that they name, the rest above the form."""
    for finding in refused.findings:
        form.add_error(finding.source if finding.source in form.fields else None, finding.message)
