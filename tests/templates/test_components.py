import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.test.signals import template_rendered

from portal.dashboards.gallery import SampleForm, gallery

COMPONENTS = sorted(path.name for path in (settings.BASE_DIR / "templates" / "components").glob("*.html"))


@pytest.fixture
def gallery_request(rf):
    request = rf.get("/gallery/")
    request.user = AnonymousUser()
    request._messages = CookieStorage(request)
    return request


@pytest.fixture
def marked(settings):
    """The pages of the frame, and a mark wherever a template prints what nobody passed."""
    settings.ROOT_URLCONF = "tests.templates.pages"
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [engine | {"OPTIONS": engine["OPTIONS"] | {"string_if_invalid": "UNDEFINED"}}]


def rendered_by(view, request):
    names = set()

    def note(template, **kwargs):
        names.add((template.name or "").rpartition("/")[2])

    template_rendered.connect(note)
    response = view(request)
    template_rendered.disconnect(note)
    return response.content.decode(), names


@pytest.mark.usefixtures("marked")
def test_gallery_shows_every_component(gallery_request):
    html, names = rendered_by(gallery, gallery_request)

    assert sorted(set(COMPONENTS) - names) == ["menu.html"]  # whoever is signed out has none
    assert "UNDEFINED" not in html


@pytest.mark.parametrize("name", COMPONENTS)
def test_component_lists_its_arguments_first(name):
    text = (settings.BASE_DIR / "templates" / "components" / name).read_text()

    assert text.startswith("{% comment %}\n")


def test_form_field_ties_label_help_and_error_to_the_control():
    html = " ".join(SampleForm({}, prefix="claim")["number"].as_field_group().split())

    assert html == (
        '<div class="field"><label for="id_claim-number">文号'
        '<span class="field__required" title="必填"> *</span></label> '
        '<input type="text" name="claim-number" required aria-invalid="true" '
        'aria-describedby="id_claim-number_helptext id_claim-number_error" id="id_claim-number"> '
        '<div class="field__help" id="id_claim-number_helptext">'
        "例如 东府办〔2020〕18号，六角括号可以直接复制。</div> "
        '<ul class="errorlist" id="id_claim-number_error"><li>请填写这一项。</li></ul> </div>'
    )
