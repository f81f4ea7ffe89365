//! What a file is, judged by its first bytes and nothing else: neither its name nor its declared type counts.

/// How many bytes of a file are looked at. All signatures stand in the first few hundred.
pub const SNIFF_BYTES: u64 = 64 * 1024;

/// How a picture is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF, animated or not.
    Gif,
    /// WebP, animated or not.
    WebP,
    /// TIFF.
    Tiff,
    /// Windows' bitmap.
    Bmp,
    /// HEIC: HEVC in HEIF.
    Heic,
    /// AVIF: AV1 in HEIF.
    Avif,
}

/// A film's container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// ISO base media (MP4) or `QuickTime` (MOV).
    IsoMedia,
    /// Matroska or `WebM`.
    Matroska,
    /// An MPEG transport stream, as broadcast and as some cameras record.
    TransportStream,
}

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniffed {
    /// A picture of that format.
    Image(Picture),
    /// A film in that container.
    Video(Container),
    /// There is no byte.
    Empty,
    /// None of these.
    Unknown,
}

/// Looks at a file's beginning.
pub fn sniff(bytes: &[u8]) -> Sniffed {
    if bytes.is_empty() {
        return Sniffed::Empty;
    }
    if let Some(format) = picture(bytes) {
        return Sniffed::Image(format);
    }
    if bytes.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        return Sniffed::Video(Container::Matroska);
    }
    if is_transport_stream(bytes) {
        return Sniffed::Video(Container::TransportStream);
    }
    iso_media(bytes).unwrap_or(Sniffed::Unknown)
}

/// Packets of 188 bytes, or of 192 with four bytes of time before each (cameras' `.mts`), all of which begin with the same byte
/// (ITU-T H.222.0, section 2.4.3.2).
fn is_transport_stream(bytes: &[u8]) -> bool {
    [(0, 188), (4, 192)]
        .into_iter()
        .any(|(first, packet)| (0..TRANSPORT_PACKETS).all(|number| bytes.get(first + number * packet) == Some(&0x47)))
}

/// So many packets are looked at: 0x47 is the letter G.
const TRANSPORT_PACKETS: usize = 5;

fn picture(bytes: &[u8]) -> Option<Picture> {
    let format = match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Picture::Jpeg,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Picture::Png,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Picture::Gif,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Picture::WebP,
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Picture::Tiff,
        // "BM" begins many a text; the length of the header that follows has a handful of values.
        [b'B', b'M', rest @ ..] if bitmap_header(rest) => Picture::Bmp,
        _ => return None,
    };
    Some(format)
}

fn bitmap_header(after_magic: &[u8]) -> bool {
    let length = after_magic.get(12..16).and_then(|b| <[u8; 4]>::try_from(b).ok()).map(u32::from_le_bytes);
    matches!(length, Some(12 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// `None`: it is no ISO media at all.
fn iso_media(bytes: &[u8]) -> Option<Sniffed> {
    let (size, after) = bytes.split_first_chunk::<4>()?;
    let (name, after) = after.split_first_chunk::<4>()?;
    let size = u32::from_be_bytes(*size);
    match name {
        b"ftyp" => {
            let brands = after.get(..(size as usize).saturating_sub(8).min(after.len()))?;
            let (brands, _) = brands.as_chunks::<4>();
            Some(file_type(brands))
        }
        // QuickTime files from before `ftyp` begin with one of these; 1 announces a 64-bit size, 0 "to the end".
        b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot" if size >= 8 || size <= 1 => {
            Some(Sniffed::Video(Container::IsoMedia))
        }
        _ => None,
    }
}

/// `brands`: the major brand, the minor version, the compatible brands.
fn file_type(brands: &[[u8; 4]]) -> Sniffed {
    let Some(major) = brands.first() else { return Sniffed::Unknown };
    let compatible = brands.get(2..).unwrap_or_default();
    // The major brand decides about pictures first: they may name `isom` among the compatible ones.
    match major {
        b"avif" | b"avis" => return Sniffed::Image(Picture::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => {
            return Sniffed::Image(Picture::Heic);
        }
        b"mif1" | b"msf1" | b"mif2" => {
            return if compatible.iter().any(|b| matches!(b, b"avif" | b"avis")) {
                Sniffed::Image(Picture::Avif)
            } else {
                Sniffed::Image(Picture::Heic)
            };
        }
        // Canon's raw pictures.
        b"crx " => return Sniffed::Unknown,
        _ => {}
    }
    if std::iter::once(major).chain(compatible).copied().any(is_film_brand) {
        Sniffed::Video(Container::IsoMedia)
    } else {
        Sniffed::Unknown
    }
}

fn is_film_brand(brand: [u8; 4]) -> bool {
    matches!(
        &brand,
        b"isom" | b"avc1" | b"hvc1" | b"dash" | b"MSNV" | b"XAVC" | b"f4v " | b"F4V " | b"mmp4" | b"qt  " | b"M4V "
            | b"M4VH" | b"M4VP" | [b'i', b's', b'o', b'0'..=b'9' | b'a'..=b'c'] | [b'm', b'p', b'4', _]
            | [b'3', b'g', _, _] | [b'c', b'm', b'f', _]
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn ftyp(brands: &[&[u8; 4]]) -> Vec<u8> {
        let (major, compatible) = brands.split_first().unwrap();
        let size = u32::try_from(16 + 4 * compatible.len()).unwrap();
        let mut bytes = [&size.to_be_bytes()[..], b"ftyp", *major, &[0; 4]].concat();
        for brand in compatible {
            bytes.extend_from_slice(*brand);
        }
        // What follows the box must not be read as brands.
        bytes.extend_from_slice(b"\0\0\0\x10avifisom");
        bytes
    }

    #[test]
    fn pictures() {
        let mut bmp = b"BM\x36\x01\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        let table: [(&[u8], Picture); 7] = [
            (b"\xFF\xD8\xFF\xE1\0\x10Exif", Picture::Jpeg),
            (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", Picture::Png),
            (b"GIF89a\x01\0\x01\0", Picture::Gif),
            (b"GIF87a\x01\0\x01\0", Picture::Gif),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Picture::WebP),
            (b"II*\0\x08\0\0\0", Picture::Tiff),
            (b"MM\0*\0\0\0\x08", Picture::Tiff),
        ];
        for (bytes, format) in table {
            assert_eq!(sniff(bytes), Sniffed::Image(format));
        }
        assert_eq!(sniff(&bmp), Sniffed::Image(Picture::Bmp));
        bmp.truncate(14);
        assert_eq!(sniff(&bmp), Sniffed::Unknown);
    }

    #[test]
    fn films() {
        for brands in [
            &[b"isom", b"iso2", b"avc1", b"mp41"][..],
            &[b"qt  "],
            &[b"mp42"],
            &[b"M4V "],
            &[b"3gp4"],
            &[b"iso5", b"dash"],
            &[b"wxyz", b"isom"],
        ] {
            assert_eq!(sniff(&ftyp(brands)), Sniffed::Video(Container::IsoMedia), "{brands:?}");
        }
        for name in [b"moov", b"mdat", b"wide", b"free", b"skip"] {
            let head = [&8u32.to_be_bytes()[..], name, &[0; 8]].concat();
            assert_eq!(sniff(&head), Sniffed::Video(Container::IsoMedia), "{name:?}");
        }
        assert_eq!(sniff(b"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01"), Sniffed::Video(Container::Matroska));
        for (first, packet) in [(0, 188), (4, 192)] {
            let mut stream = vec![0; 1024];
            stream.iter_mut().skip(first).step_by(packet).for_each(|byte| *byte = 0x47);
            assert_eq!(sniff(&stream), Sniffed::Video(Container::TransportStream), "{packet}");
            assert_eq!(sniff(&stream[1..]), Sniffed::Unknown, "{packet}");
            assert_eq!(sniff(&stream[..4 * packet]), Sniffed::Unknown, "{packet}");
        }
    }

    #[test]
    fn pictures_in_iso_media() {
        for major in [b"heic", b"heix", b"hevc"] {
            assert_eq!(sniff(&ftyp(&[major, b"mif1", b"isom"])), Sniffed::Image(Picture::Heic));
        }
        assert_eq!(sniff(&ftyp(&[b"mif1", b"heic"])), Sniffed::Image(Picture::Heic));
        assert_eq!(sniff(&ftyp(&[b"mif1", b"avif"])), Sniffed::Image(Picture::Avif));
        assert_eq!(sniff(&ftyp(&[b"avif", b"mif1"])), Sniffed::Image(Picture::Avif));
        assert_eq!(sniff(&ftyp(&[b"crx ", b"isom"])), Sniffed::Unknown);
    }

    #[test]
    fn everything_else() {
        assert_eq!(sniff(b""), Sniffed::Empty);
        let bytes: [&[u8]; 9] = [
            b"\0",
            b"BMW is a make of cars, and this is a text about them.",
            b"%PDF-1.7",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"#EXTM3U\nhttp://example.com/a.ts",
            b"RIFF\x10\0\0\0WAVEfmt ",
            b"\0\0\0\x04ftyp",
            b"\0\0\0\x04moov",
            b"\xFF\xD8",
        ];
        for bytes in bytes {
            assert_eq!(sniff(bytes), Sniffed::Unknown, "{:?}", String::from_utf8_lossy(bytes));
        }
        // A box that claims more than there is, or the least there can be, is no reason to fall over.
        for size in [0u32, 7, 8, 9, 12, u32::MAX] {
            let head = [&size.to_be_bytes()[..], b"ftyp", b"is"].concat();
            assert_eq!(sniff(&head), Sniffed::Unknown, "{size}");
        }
    }
}
