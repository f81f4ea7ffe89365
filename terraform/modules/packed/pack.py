"""Copies a zip and adds EDGE.json, which comes in the environment and not as an argument, where every process could read it.

    EDGE_JSON=... python3 pack.py dist/edge-auth.zip OUT.zip

The same input gives the same bytes.
"""

import json
import os
import shutil
import sys
import zipfile


def main(program: str, out: str) -> int:
    text = os.environ.get("EDGE_JSON", "")
    try:
        json.loads(text)
    except ValueError as error:
        print(f"pack.py: EDGE_JSON is no JSON: {error}", file=sys.stderr)
        return 2
    with zipfile.ZipFile(program) as archive:
        names = archive.namelist()
    if "bootstrap" not in names or "EDGE.json" in names:
        print(
            f"pack.py: {program}: expected a zip with bootstrap and without EDGE.json; it has {names}", file=sys.stderr
        )
        return 2
    os.makedirs(os.path.dirname(out), exist_ok=True)
    # It holds keys: nobody else may read it, at no moment.
    beside = f"{out}.{os.getpid()}.new"
    os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    shutil.copyfile(program, beside)
    with zipfile.ZipFile(beside, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        entry = zipfile.ZipInfo("EDGE.json")
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        archive.writestr(entry, text)
    os.replace(beside, out)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
