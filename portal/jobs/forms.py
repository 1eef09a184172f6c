from django import forms

from .models import JobQuerySet, JobState


class JobFilter(forms.Form):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *JobState.choices])
    mine = forms.BooleanField(label="只看我发起的", required=False)

    def apply(self, jobs: JobQuerySet, user) -> JobQuerySet:
        """Narrow a list of jobs; a filter that makes no sense narrows nothing and says so."""
        if not self.is_valid():
            return jobs
        jobs = jobs.in_state(self.cleaned_data["state"]) if self.cleaned_data["state"] else jobs
        return jobs.made_by(user) if self.cleaned_data["mine"] else jobs
