# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tiny Sentence Transformers folders with golden vectors, which FamilyFixtureTest holds Embark against.

Python 3.11, and exactly what requirements.txt pins: those packages' classes are the oracle. Run it by ./regenerate, which
sees to that.

Each module of families/ lists its FIXTURES; the next family is one more module there. Everything is seeded by name, so that
a new fixture changes none of the others, and a second run writes the same bytes on the same kind of machine.
"""

import importlib
import importlib.metadata
import json
import pkgutil
import platform
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "resources" / "io" / "embark" / "families"


def versions():
    """The pinned versions, after a look at whether they are what is installed."""
    lines = (HERE / "requirements.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    for package, version in pinned.items():
        installed = importlib.metadata.version(package).split("+")[0]
        if installed != version:
            sys.exit(f"write_fixtures: {package} is {installed}, but requirements.txt pins {version}.")
    if sys.version_info[:2] != (3, 11):
        sys.exit(f"write_fixtures: this is Python {platform.python_version()}, but 3.11 is pinned.")
    return {"python": "3.11", **pinned}


def main(names):
    pinned = versions()
    import families
    import fixture
    import texts

    fixtures = {}
    for module in pkgutil.iter_modules(families.__path__):
        for each in importlib.import_module(f"families.{module.name}").FIXTURES:
            if each.name in fixtures:
                sys.exit(f"write_fixtures: two fixtures are called {each.name}")
            fixtures[each.name] = each
    unknown = set(names) - set(fixtures)
    if unknown:
        sys.exit(f"write_fixtures: no such fixture: {', '.join(sorted(unknown))}. There are {', '.join(fixtures)}.")

    TARGET.mkdir(parents=True, exist_ok=True)
    content = json.dumps(texts.ALL, ensure_ascii=True, indent=1) + "\n"
    shared = TARGET / "texts.json"
    if names and (not shared.is_file() or shared.read_text() != content):
        sys.exit("write_fixtures: the texts changed, so all fixtures must be written: name none.")
    shared.write_text(content)
    for name in names or fixtures:
        started = time.time()
        size = fixture.write(fixtures[name], TARGET / name, pinned)
        print(f"{name}: {size // 1024} KiB in {time.time() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
