from portal.lib.printing import Printing, PrintingCheck, look

ALL = Printing(fonts=True, font_subsetting=True)
NO_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig/>"""


def hide_fonts(monkeypatch, tmp_path):
    (tmp_path / "fonts.conf").write_text(NO_FONTS)
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))


def test_printing_of_the_test_machine_is_whole():
    assert look() == ALL


def test_missing_fonts_are_found_out(monkeypatch, tmp_path):
    hide_fonts(monkeypatch, tmp_path)

    assert look().fonts is False


def test_answer_is_kept_for_a_while_and_then_asked_for_again(monkeypatch, tmp_path):
    check = PrintingCheck()
    first = check()
    hide_fonts(monkeypatch, tmp_path)

    kept = check()
    check.until = 0
    later = check()

    assert (first, kept, later.fonts) == (ALL, ALL, False)


def test_check_that_cannot_be_made_finds_nothing(settings, tmp_path):
    settings.BASE_DIR = tmp_path

    assert look() == Printing(fonts=False, font_subsetting=False)
