"""The calls of AWS's SDK that the functions' code makes, with the actions that each needs: the lists `CALLS` in the Rust sources.

That those lists are what the code does, tests/permissions.rs sees to.
"""

import pathlib
import re

# Where a list stands, and which functions have that code in them.
PLACES = {
    "catalog/src/dynamo/client.rs": ["origin", "sweep", "dispatch", "image", "video", "notify"],
    "origin/src/objects/mod.rs": ["origin", "sweep"],
    "origin/src/identity/mod.rs": ["origin"],
    "origin/lambda/src/secret.rs": ["origin"],
    "processors/src/object_store.rs": ["dispatch", "image", "video"],
    "processors/mp4/src/s3/mod.rs": ["video"],
    "processors/src/notify/topic.rs": ["notify"],
}
LIST = re.compile(r"pub const CALLS: [^=]*=\s*&\[(.*?)\];", re.S)
CALL = re.compile(r'\(\s*"[a-z_0-9]+",\s*&\[([^\]]*)\],?\s*\)')


def actions(checkout):
    """By place: the actions that its calls need."""
    found = {}
    for place in PLACES:
        listed = LIST.search((pathlib.Path(checkout) / place).read_text())
        calls = CALL.findall(listed[1]) if listed else []
        if not calls:
            raise ValueError(f"{place}: expected a list `pub const CALLS` of calls and the actions they need")
        found[place] = {action for call in calls for action in re.findall(r'"([^"]+)"', call)}
    return found


def source_problems(checkout, expected):
    """What is judged and no code calls, and what is called and nobody judges. `expected`: calls by function."""
    found = actions(checkout)
    services = {action.split(":")[0] for needed in found.values() for action in needed}
    for function, calls in expected.items():
        own = set().union(*(found[place] for place, functions in PLACES.items() if function in functions))
        for action in sorted({c for c, _, _ in calls if c.split(":")[0] in services} - own):
            yield f"{function}: {action} is expected, and no code of its calls it: take it out here and out of its policy"
    for place, functions in PLACES.items():
        judged = {call[0] for function in functions for call in expected[function]}
        for action in sorted(found[place] - judged):
            who = ", ".join(functions)
            yield f"{place}: needs {action}, which is expected of none of {who}: say in iam.py on what it may be called"
