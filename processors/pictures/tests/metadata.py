"""Makes a picture in each format with everything that a camera and a program write into one.

usage: metadata.py DIRECTORY

Prints the files' paths, a line each.
"""

import io
import pathlib
import subprocess
import sys

import pillow_heif
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

pillow_heif.register_heif_opener()
OUT = pathlib.Path(sys.argv[1])

exif = Image.Exif()
exif[0x010E] = "SECRET-PLACE"
exif[0x010F] = "A maker"
exif[0x0110] = "A model"
exif[0x013B] = "Ada"
exif[0x8298] = "(c) 2026 Ada"
exif[0x9C9B] = "SECRET-PLACE".encode("utf-16-le")
camera = exif.get_ifd(0x8769)
camera[0x9003] = "2026:05:06 07:08:09"
camera[0x927C] = b"SECRET-PLACE of the maker's own notes"
camera[0xA430] = "An owner"
camera[0xA431] = "SERIAL-1"
place = exif.get_ifd(0x8825)
place[1], place[2] = "N", (IFDRational(46), IFDRational(32), IFDRational(50))
place[3], place[4] = "E", (IFDRational(7), IFDRational(58), IFDRational(30))

XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 exif:GPSLatitude="46,32.8N" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="SECRET-PLACE"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

picture = Image.new("RGB", (96, 64), (180, 60, 40))
for name, format, options in [
    ("photo.jpg", "JPEG", {"comment": b"SECRET-PLACE", "xmp": XMP}),
    ("photo.png", "PNG", {}),
    ("photo.webp", "WEBP", {"xmp": XMP}),
    ("photo.heic", "HEIF", {"xmp": XMP}),
    ("photo.tiff", "TIFF", {}),
]:
    data = io.BytesIO()
    picture.save(data, format, icc_profile=PROFILE, **({} if format == "TIFF" else {"exif": exif.tobytes()}), **options)
    (OUT / name).write_bytes(data.getvalue())
    if format == "TIFF":
        # Pillow writes none of its sub-directories. The maker's notes are not copied: they are nothing that ExifTool knows.
        subprocess.run(["exiftool", "-quiet", "-overwrite_original", "-tagsFromFile", OUT / "photo.jpg", "-all:all", OUT / name], check=True)
    print(OUT / name)
