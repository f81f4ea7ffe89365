"""Keeps the tables of the modules' READMEs equal to the code.

    python3 check/docs.py            1 and what differs where a table has drifted
    python3 check/docs.py --write    writes the tables

Between the lines `<!-- variables -->`, `<!-- outputs -->`, `<!-- resources -->` and `<!-- end -->` everything is made from the .tf files.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def blocks(text, kind):
    """(labels, body) of each block of that kind at the top level."""
    for match in re.finditer(rf'^{kind}((?: "[^"]+")+) \{{\n(.*?)^\}}', text, re.M | re.S):
        yield re.findall(r'"([^"]+)"', match[1]), match[2]


def attribute(body, name):
    """An attribute's text as written: to the end of its line, or of its bracket."""
    match = re.search(rf"^  {name}\s*= (.*)$", body, re.M)
    if not match:
        return None
    text, rest = match[1], body[match.end() :]
    for line in rest.splitlines()[1:]:
        if text.count("(") + text.count("{") + text.count("[") <= text.count(")") + text.count("}") + text.count("]"):
            break
        text += "\n" + line
    return text


def cell(text):
    return re.sub(r"\s+", " ", text or "").strip().replace("|", "\\|")


def description(body):
    text = attribute(body, "description")
    return None if text is None else cell(text.strip('"').replace('\\"', '"'))


def code(text):
    return f"`{re.sub(chr(92) + 's+', ' ', text).strip()}`".replace("|", "\\|")


def tables(directory):
    text = "\n".join(path.read_text() for path in sorted(directory.glob("*.tf")))
    problems, made = [], {
        "variables": ["| variable | what it is | type | default |", "|---|---|---|---|"],
        "outputs": ["| output | what it is |", "|---|---|"],
    }
    for (name,), body in sorted(blocks(text, "variable")):
        if not description(body) or not attribute(body, "type"):
            problems.append(f"variable {name}: expected a description and a type")
        default = attribute(body, "default")
        made["variables"].append(
            f"| `{name}` | {description(body)} | {code(attribute(body, 'type') or '')} | {code(default) if default else 'needed'} |"
        )
    for (name,), body in sorted(blocks(text, "output")):
        if not description(body):
            problems.append(f"output {name}: expected a description")
        made["outputs"].append(f"| `{name}` | {description(body)} |")
    for kind in ("variables", "outputs"):
        if len(made[kind]) == 2:
            made[kind] = ["None."]
    count = {}
    for (type_, _), _ in blocks(text, "resource"):
        count[type_] = count.get(type_, 0) + 1
    modules = sorted({attribute(body, "source").strip('"').rsplit("/", 1)[-1] for _, body in blocks(text, "module")})
    names = [f"`{type_}`" + (f" × {n}" if n > 1 else "") for type_, n in sorted(count.items())]
    made["resources"] = ["Made of " + ", ".join(names + [f"module {m}" for m in modules]) + "."]
    return made, problems


def main(write):
    problems = []
    for readme in sorted([ROOT / "README.md", *ROOT.glob("modules/*/README.md")]):
        directory = readme.parent
        place = directory.relative_to(ROOT.parent)
        made, found = tables(directory)
        problems += [f"{place}: {p}" for p in found]
        text = readme.read_text()
        for kind, lines in made.items():
            block = re.compile(rf"<!-- {kind} -->\n.*?<!-- end -->", re.S)
            if not block.search(text):
                problems.append(f"{place}/README.md: expected <!-- {kind} --> and <!-- end -->")
                continue
            text = block.sub(lambda _: f"<!-- {kind} -->\n" + "\n".join(lines) + "\n<!-- end -->", text)
        if text != readme.read_text():
            if write:
                readme.write_text(text)
            else:
                problems.append(
                    f"{place}/README.md: its tables are not those of the code; python3 terraform/check/docs.py --write"
                )
    for directory in sorted(ROOT.glob("modules/*")):
        if not (directory / "README.md").exists():
            problems.append(f"{directory.relative_to(ROOT.parent)}: expected a README.md")
    for problem in problems:
        print(f"docs: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv[1:]))
