# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""The Python that README.md and the manual show, to be run as it is printed."""

import re


def blocks(page):
    """The python blocks of a page, in their order."""
    with open(page, encoding="utf-8") as file:
        return re.findall(r"(?ms)^```python\n(.*?)^```$", file.read())


def run(block, names):
    """Runs a block; what it defines is added to the names."""
    exec(compile(block, "the manual", "exec"), names)


[DOOR] = blocks("README.md")
START, REGISTER, CALLS, FEATURES, REFRESH = blocks("src/site/markdown/python.md")
[CONNECT] = blocks("src/site/markdown/connect.md")
