"""Known holes in what we depend on, and whether the lock is past them: ``python -m tests.advisories``.

Where pip-audit is installed and reaches its service it is asked (`make audit`). This list, written by hand
from the public advisories up to the end of 2025, is for where it does not: the lock never falls behind it.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

__all__ = ["FIXED_IN", "behind", "pins"]

LOCK = Path(__file__).parent.parent / "requirements.lock"

FIXED_IN = {
    "aiohttp": ("3.12.14", "CVE-2025-53643"),
    "authlib": ("1.6.5", "CVE-2025-61920"),
    "certifi": ("2024.7.4", "CVE-2024-39689"),
    "cryptography": ("44.0.1", "CVE-2024-12797"),
    "flask": ("3.1.1", "CVE-2025-47278"),
    "fonttools": ("4.61.0", "CVE-2025-66034"),
    "gunicorn": ("22.0.0", "CVE-2024-1135"),
    "h11": ("0.16.0", "CVE-2025-43859"),
    "idna": ("3.7", "CVE-2024-3651"),
    "jinja2": ("3.1.6", "CVE-2025-27516"),
    "pillow": ("11.3.0", "CVE-2025-48379"),
    "protobuf": ("6.31.1", "CVE-2025-4565"),
    "pyarrow": ("14.0.1", "CVE-2023-47248"),
    "python-multipart": ("0.0.18", "CVE-2024-53981"),
    "requests": ("2.32.4", "CVE-2024-47081"),
    "scikit-learn": ("1.5.0", "CVE-2024-5206"),
    "setuptools": ("78.1.1", "CVE-2025-47273"),
    "sqlparse": ("0.5.0", "CVE-2024-4340"),
    "starlette": ("0.49.1", "CVE-2025-62727"),
    "tornado": ("6.5", "CVE-2025-47287"),
    "tqdm": ("4.66.3", "CVE-2024-34062"),
    "urllib3": ("2.6.0", "CVE-2025-66418"),
    "werkzeug": ("3.0.6", "CVE-2024-49766"),
    "zipp": ("3.19.1", "CVE-2024-5569"),
}
"""By package, the first version without its latest known hole, and the hole."""


def pins(text: str) -> dict[str, Version]:
    """Return the version of each package in the text of a lock."""
    bare = [line.partition("#")[0].strip() for line in text.splitlines()]
    found = [Requirement(line) for line in bare if line]
    return {canonicalize_name(each.name): Version(str(each.specifier).removeprefix("==")) for each in found}


def behind(pinned: dict[str, Version]) -> list[str]:
    """Return what is older than it may be."""
    return [
        f"{name} {pinned[name]}: {hole}, mended in {fixed}"
        for name, (fixed, hole) in FIXED_IN.items()
        if name in pinned and pinned[name] < Version(fixed)
    ]


def main() -> int:
    """Ask pip-audit where it is, and the list always."""
    found = behind(pins(LOCK.read_text(encoding="utf-8")))
    print("\n".join(found) or f"The lock is past all {len(FIXED_IN)} holes of the list.")
    if find_spec("pip_audit") is None:
        print("pip-audit is not installed, so newer advisories were not asked for: pip install pip-audit")
        return bool(found)
    words = ["--requirement", str(LOCK), "--no-deps", "--disable-pip", "--progress-spinner", "off"]
    return bool(found) or subprocess.run([sys.executable, "-m", "pip_audit", *words], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
