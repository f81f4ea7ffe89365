"""Makes the placeholders of this folder: zips with a program that does nothing, for tests that plan and apply without a build.

python3 make.py
"""

import pathlib
import zipfile

HERE = pathlib.Path(__file__).parent
NAMES = {name: ["bootstrap"] for name in ("origin", "sweep", "authorizer", "dispatch", "image", "video", "notify")}
NAMES["edge-auth"] = ["bootstrap", "launcher.py"]

for name, files in NAMES.items():
    with zipfile.ZipFile(HERE / f"{name}.zip", "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(file)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, "#!/bin/sh\nexit 1\n")
