"""The Python that README.md shows, to be run as it is printed."""

import re


def blocks(section):
    """The python blocks of a section, in their order."""
    with open("README.md", encoding="utf-8") as file:
        text = file.read()
    [body] = re.findall(rf"(?ms)^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text)
    return re.findall(r"(?ms)^```python\n(.*?)^```$", body)


def run(block, names):
    """Runs a block; what it defines is added to the names."""
    exec(compile(block, "README.md", "exec"), names)


START, REGISTER, CALLS, FEATURES = blocks("From Python")
[CONNECT] = blocks("Over Spark Connect")
