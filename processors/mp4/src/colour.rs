//! Colours: `colr`, and the code points of ISO/IEC 23091-2.

use crate::boxes::{Fields, FourCc};
use crate::codec;
use crate::entry::SampleEntry;
use crate::error::{Error, Problem};

/// Code points of a picture track's colours (ISO/IEC 23091-2); 2 is "unspecified".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColourCodes {
    /// Which red, green and blue.
    pub primaries: u16,
    /// How light becomes numbers.
    pub transfer: u16,
    /// How brightness and colour are set apart.
    pub matrix: u16,
    /// Whether black is 0; `None`: not said.
    pub full_range: Option<bool>,
}

/// Transfer of SMPTE ST 2084, "PQ".
pub(crate) const PQ: u16 = 16;
/// Transfer of ARIB STD-B67, "HLG".
pub(crate) const HLG: u16 = 18;

const UNSPECIFIED: u16 = 2;

impl ColourCodes {
    /// `None` where nothing is said.
    pub(crate) fn coded(primaries: u16, transfer: u16, matrix: u16, full_range: Option<bool>) -> Option<Self> {
        let said = [primaries, transfer, matrix] != [UNSPECIFIED; 3] || full_range == Some(true);
        said.then_some(Self { primaries, transfer, matrix, full_range })
    }

    /// By the `colr` boxes of an entry, or else by its decoder's configuration.
    pub(crate) fn of(entry: &SampleEntry<'_>) -> Result<Option<Self>, Error> {
        for found in entry.children(b"colr") {
            if let Some(colour) = found.read(colr)? {
                return Ok(Some(colour));
            }
        }
        codec::colour(entry)
    }

    /// `FFmpeg`'s names of primaries, transfer and matrix. An unknown code point is its number; `None`: unspecified.
    pub(crate) fn names(self) -> [Option<String>; 3] {
        let codes = [(self.primaries, &PRIMARIES[..]), (self.transfer, &TRANSFERS), (self.matrix, &MATRICES)];
        codes.map(|(code, names)| {
            let name = names.iter().find(|(number, _)| *number == code);
            (code != UNSPECIFIED).then(|| name.map_or_else(|| code.to_string(), |(_, name)| (*name).into()))
        })
    }
}

/// `None`: it holds an ICC profile, or says nothing.
fn colr(mut fields: Fields<'_>) -> Result<Option<ColourCodes>, Problem> {
    let kind = FourCc(fields.array()?);
    if kind != b"nclx" && kind != b"nclc" {
        return Ok(None);
    }
    let (primaries, transfer, matrix) = (fields.u16()?, fields.u16()?, fields.u16()?);
    // QuickTime's variant says nothing of the range.
    let full_range = if kind == b"nclx" { Some(fields.u8()? & 0x80 != 0) } else { None };
    Ok(ColourCodes::coded(primaries, transfer, matrix, full_range))
}

const PRIMARIES: [(u16, &str); 11] = [
    (1, "bt709"),
    (4, "bt470m"),
    (5, "bt470bg"),
    (6, "smpte170m"),
    (7, "smpte240m"),
    (8, "film"),
    (9, "bt2020"),
    (10, "smpte428"),
    (11, "smpte431"),
    (12, "smpte432"),
    (22, "ebu3213"),
];
const TRANSFERS: [(u16, &str); 15] = [
    (1, "bt709"),
    (4, "bt470m"),
    (5, "bt470bg"),
    (6, "smpte170m"),
    (7, "smpte240m"),
    (8, "linear"),
    (9, "log100"),
    (10, "log316"),
    (11, "iec61966-2-4"),
    (13, "iec61966-2-1"),
    (14, "bt2020-10"),
    (15, "bt2020-12"),
    (PQ, "smpte2084"),
    (17, "smpte428"),
    (HLG, "arib-std-b67"),
];
const MATRICES: [(u16, &str); 10] = [
    (0, "gbr"),
    (1, "bt709"),
    (4, "fcc"),
    (5, "bt470bg"),
    (6, "smpte170m"),
    (7, "smpte240m"),
    (8, "ycgco"),
    (9, "bt2020nc"),
    (10, "bt2020c"),
    (14, "ictcp"),
];
