"""The lock is past the holes that are known."""

from __future__ import annotations

from packaging.version import Version

from tests.advisories import FIXED_IN, LOCK, behind, pins


def test_the_lock_is_past_every_hole_of_the_list():
    pinned = pins(LOCK.read_text(encoding="utf-8"))
    assert len(set(FIXED_IN) & set(pinned)) > 15
    assert behind(pinned) == []


def test_an_old_version_is_named_with_its_hole():
    assert behind({"jinja2": Version("3.1.5")}) == ["jinja2 3.1.5: CVE-2025-27516, mended in 3.1.6"]
    assert behind({"jinja2": Version("3.1.6")}) == []
    assert pins("Jinja2==3.1.5  # via x\n# a comment\n") == {"jinja2": Version("3.1.5")}
