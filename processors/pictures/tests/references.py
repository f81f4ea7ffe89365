"""Makes pictures, and for each what it has to look like, by programs that Stagedoor has no part in.

usage: references.py DIRECTORY

Pillow encodes and turns, LittleCMS converts colours, libheif and x265 make HEIC. Prints one line of JSON for each picture:
{"name", "file", "reference", "most"}: `most` is how much the channels may differ on the average, of 255.
"""

import io
import json
import math
import pathlib
import struct
import sys

import pillow_heif
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener()
OUT = pathlib.Path(sys.argv[1])
SRGB = ImageCms.createProfile("sRGB")


def said(name, data, reference, most):
    file, expected = OUT / name, OUT / f"{name}.reference.png"
    file.write_bytes(data)
    reference.convert("RGB").save(expected)
    print(json.dumps({"name": name, "file": str(file), "reference": str(expected), "most": most}))


def picture(width=240, height=160):
    """Soft, so that formats which blur colours do little harm; no turn or mirror of it looks like it."""
    made = Image.new("RGB", (width, height))
    made.putdata([
        (int(40 + 200 * x / width), int(30 + 200 * y / height), int(120 + 100 * math.sin(3 * x / width + 5 * y / height)))
        for y in range(height) for x in range(width)
    ])
    made.paste((230, 20, 20), (8, 8, width // 4, height // 3))
    return made


def stored(shown, orientation):
    """As a camera stores it: the reverse of what EXIF's orientation has a viewer do."""
    turns = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180], 4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90], 7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    for turn in turns.get(orientation, []):
        shown = shown.transpose(turn)
    return shown


def exif(orientation):
    made = Image.Exif()
    made[0x0112] = orientation
    return made


def encoded(image, format, **options):
    data = io.BytesIO()
    image.save(data, format, **options)
    return data.getvalue()


def orientations():
    shown = picture()
    for orientation in range(1, 9):
        turned = stored(shown, orientation)
        # The two roads of Pillow agree on what an orientation is.
        check = turned.copy()
        check.getexif()[0x0112] = orientation
        assert ImageOps.exif_transpose(check).tobytes() == shown.tobytes(), orientation
        for format, ending, options in [
            ("JPEG", "jpg", {"quality": 95}), ("WEBP", "webp", {"lossless": True}), ("PNG", "png", {}),
            ("HEIF", "heic", {"quality": 90}),
        ]:
            data = encoded(turned, format, exif=exif(orientation).tobytes(), **options)
            if format == "HEIF":
                # There it stands in the container, as irot and imir; libheif's own reading of it is the reference.
                assert b"irot" in data or b"imir" in data or orientation == 1
                reference = Image.open(io.BytesIO(data))
                assert max(abs(a - b) for a, b in zip(reference.getpixel((20, 20)), shown.getpixel((20, 20)))) < 12
            else:
                reference = shown
            said(f"orientation-{orientation}.{ending}", data, reference, 2.5)


# --- colour profiles, made here of the spaces' own definitions ----------------------------------------------------------

D50 = (0.9642, 1.0, 0.8249)


def s15(*values):
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def profile(space, tags, connection=b"XYZ "):
    body, table, at = b"", b"", 128 + 4 + 12 * len(tags)
    for signature, data in tags:
        data += b"\0" * (-len(data) % 4)
        table += signature + struct.pack(">II", at + len(body), len(data))
        body += data
    kind = b"prtr" if space == b"CMYK" else b"mntr"
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"none", 0x02400000, kind, space, connection)
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + s15(*D50) + b"\0" * 48
    return head[:128] + struct.pack(">I", len(tags)) + table + body


def described(name):
    text = name.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * 78


def xyz(values):
    return b"XYZ \0\0\0\0" + s15(*values)


def matrix_profile(name, colorants, curve):
    tags = [(b"desc", described(name)), (b"cprt", b"text\0\0\0\0none\0"), (b"wtpt", xyz(D50))]
    tags += [(sign, xyz(values)) for sign, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants)]
    tags += [(sign, curve) for sign in (b"rTRC", b"gTRC", b"bTRC")]
    return profile(b"RGB ", tags)


def curve(function):
    """Of 1,024 points."""
    return b"curv\0\0\0\0" + struct.pack(">I", 1024) + b"".join(
        struct.pack(">H", round(65535 * function(i / 1023))) for i in range(1024))


# Colorants of the primaries, adapted to D50 by Bradford's matrix (IEC 61966-2-5 and SMPTE EG 432-1).
ADOBE = matrix_profile("Adobe RGB's primaries", [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)],
                       curve(lambda v: v ** (563 / 256)))
P3 = matrix_profile("P3's primaries", [(0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)],
                    curve(lambda v: v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4))


def lab(x, y, z):
    root = [v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x / D50[0], y / D50[1], z / D50[2])]
    return 116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])


def inks_profile():
    """A press of a sort: each ink swallows its light, and a little of the others'. A table of 9 points a side, as presses have them."""
    side = 9
    swallowed = ((0.85, 0.25, 0.10), (0.15, 0.80, 0.30), (0.02, 0.10, 0.85), (0.92, 0.92, 0.92))
    points = b""
    for index in range(side ** 4):
        inks = [index // side ** (3 - n) % side / (side - 1) for n in range(4)]
        light = [math.prod(1 - share[channel] * ink for share, ink in zip(swallowed, inks)) for channel in range(3)]
        # Through sRGB's matrix to D50.
        x = 0.4361 * light[0] + 0.3851 * light[1] + 0.1431 * light[2]
        y = 0.2225 * light[0] + 0.7169 * light[1] + 0.0606 * light[2]
        z = 0.0139 * light[0] + 0.0971 * light[1] + 0.7142 * light[2]
        lightness, a, b = lab(x, y, z)
        points += struct.pack(">3H", round(lightness * 652.8), round((a + 128) * 256), round((b + 128) * 256))
    straight = struct.pack(">2H", 0, 65535)
    table = b"mft2\0\0\0\0" + bytes([4, 3, side, 0]) + s15(1, 0, 0, 0, 1, 0, 0, 0, 1) + struct.pack(">2H", 2, 2)
    table += straight * 4 + points + straight * 3
    return profile(b"CMYK", [(b"desc", described("A press")), (b"cprt", b"text\0\0\0\0none\0"), (b"wtpt", xyz(D50)),
                             (b"A2B0", table), (b"A2B1", table)], b"Lab ")


def converted(image, icc):
    return ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(icc)), SRGB,
                                     renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB")


def colours():
    shown = picture()
    for name, icc in [("p3", P3), ("adobe", ADOBE)]:
        reference = converted(shown, icc)
        # It makes a difference.
        assert sum(abs(a - b) for a, b in zip(reference.tobytes(), shown.tobytes())) / len(shown.tobytes()) > 3
        for format, ending, options in [("JPEG", "jpg", {"quality": 95}), ("PNG", "png", {}), ("WEBP", "webp", {"lossless": True}),
                                        ("HEIF", "heic", {"quality": 95}), ("TIFF", "tiff", {})]:
            said(f"{name}.{ending}", encoded(shown, format, icc_profile=icc, **options), reference, 3)
    inks = Image.new("CMYK", (240, 160))
    inks.putdata([(x, 255 - y, (x + y) // 2, y // 2) for y in range(160) for x in range(240)])
    press = inks_profile()
    said("cmyk-press.jpg", encoded(inks, "JPEG", quality=95, icc_profile=press), converted(inks, press), 3)
    said("cmyk.jpg", encoded(inks, "JPEG", quality=95), inks.convert("RGB"), 3)


def jpegs():
    shown = picture(1500, 1000)
    for name, options in [
        ("progressive", {"progressive": True}), ("444", {"subsampling": 0}), ("422", {"subsampling": 1}),
        ("restarts", {"restart_marker_blocks": 7}), ("plain", {}),
    ]:
        data = encoded(shown, "JPEG", quality=92, **options)
        said(f"{name}.jpg", data, Image.open(io.BytesIO(data)).resize((640, 427), Image.Resampling.LANCZOS), 1.5)
    grey = encoded(shown.convert("L"), "JPEG", quality=92)
    said("grey.jpg", grey, Image.open(io.BytesIO(grey)).resize((640, 427), Image.Resampling.LANCZOS), 1.5)


# --- a HEIC of tiles, as phones make them -------------------------------------------------------------------------------


def box(kind, *parts, version=None, flags=0):
    body = b"".join(parts)
    if version is not None:
        body = struct.pack(">I", version << 24 | flags) + body
    return struct.pack(">I4s", 8 + len(body), kind) + body


def boxes(data):
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8 : at + size]
        at += size


def child(data, *path):
    for kind in path:
        skip = 4 if kind in (b"meta",) else 0
        data = next(body for found, body in boxes(data) if found == kind)[skip:]
    return data


def tile(image):
    """A tile's decoder configuration and coded data, out of a HEIC of its own."""
    data = encoded(image, "HEIF", quality=90)
    meta = child(data, b"meta")
    configuration = child(meta, b"iprp", b"ipco", b"hvcC")
    # iloc of version 0: four bytes each of base, place and length, one item of one extent.
    version, sizes, items, _, _, base, extents, place, length = struct.unpack(">IHHHHIHII", child(meta, b"iloc"))
    assert (version, sizes, items, extents) == (0, 0x4440, 1, 1)
    return configuration, data[base + place : base + place + length]


def cut(shown, columns, rows, side):
    padded = Image.new("RGB", (columns * side, rows * side))
    padded.paste(shown)
    return [tile(padded.crop((x * side, y * side, (x + 1) * side, (y + 1) * side))) for y in range(rows) for x in range(columns)]


def grid(tiles, columns, rows, side, shown, turns):
    """A picture of that size in those tiles, which may stand over, turned to the left by so many quarters."""
    assert len({configuration for configuration, _ in tiles}) == 1
    layout = struct.pack(">4B2H", 0, 0, rows - 1, columns - 1, *shown)
    size = lambda width, height: box(b"ispe", struct.pack(">II", width, height), version=0)
    count = len(tiles)
    item = lambda number, kind, flags: box(b"infe", struct.pack(">HH4s", number, 0, kind), b"\0", version=2, flags=flags)
    entries = b"".join(item(n + 1, b"hvc1", 1) for n in range(count)) + item(count + 1, b"grid", 0)
    properties = box(b"ipco", box(b"hvcC", tiles[0][0]), size(side, side), size(*shown), box(b"irot", bytes([turns])))
    uses = b"".join(struct.pack(">HB2B", n + 1, 2, 0x81, 2) for n in range(count)) + struct.pack(">HB2B", count + 1, 2, 3, 0x84)
    associations = box(b"ipma", struct.pack(">I", count + 1), uses, version=0)
    derived = box(b"dimg", struct.pack(">HH", count + 1, count), b"".join(struct.pack(">H", n + 1) for n in range(count)))

    def whole(start):
        places, at = b"", start
        for number, data in enumerate([data for _, data in tiles] + [layout], 1):
            places += struct.pack(">HHHII", number, 0, 1, at, len(data))
            at += len(data)
        meta = box(b"meta", box(b"hdlr", struct.pack(">I4s", 0, b"pict"), b"\0" * 13, version=0),
                   box(b"pitm", struct.pack(">H", count + 1), version=0),
                   box(b"iinf", struct.pack(">H", count + 1), entries, version=0),
                   box(b"iref", derived, version=0), box(b"iprp", properties, associations),
                   box(b"iloc", struct.pack(">BBH", 0x44, 0, count + 1), places, version=0), version=0)
        return box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta + box(b"mdat", *[data for _, data in tiles], layout)

    media = sum(len(data) for _, data in tiles) + len(layout)
    return whole(len(whole(0)) - media)


def tiles():
    shown = picture(250, 170)
    for turns in range(4):
        data = grid(cut(shown, 3, 2, 96), 3, 2, 96, shown.size, turns)
        reference = Image.open(io.BytesIO(data))
        assert reference.size == (shown.size if turns % 2 == 0 else shown.size[::-1])
        said(f"tiles-{turns}.heic", data, reference, 2.5)
    # As many pixels as a phone's largest; every tile is the same, so that there are edges everywhere, which each filter softens as it will.
    data = grid([tile(picture(512, 512))] * 16 * 12, 16, 12, 512, (8064, 6048), 3)
    reference = Image.open(io.BytesIO(data)).resize((640, 853), Image.Resampling.LANCZOS)
    said("48-megapixels.heic", data, reference, 6)


orientations()
colours()
jpegs()
tiles()
