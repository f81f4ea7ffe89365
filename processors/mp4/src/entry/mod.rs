//! Sample entries: how the samples of a track are coded. ISO/IEC 14496-12 section 8.5.2, and `QuickTime`'s sample descriptions.

mod sound;

use crate::boxes::{BoxRef, Boxes, Fields, FourCc};
use crate::error::{Error, Problem};
use crate::track::Kind;

/// The first sample entry of a track.
#[derive(Debug, Clone)]
pub(crate) struct SampleEntry<'a> {
    /// The type of entry; of an encrypted one, what it was before.
    pub format: FourCc,
    pub encrypted: bool,
    /// Of pictures: width and height as stored, in pixels.
    pub size: (u16, u16),
    /// Of sound.
    pub sound: Option<Sound>,
    /// The boxes in it. Those of `QuickTime`'s `wave` follow its own.
    boxes: Vec<BoxRef<'a>>,
}

/// What a sound's entry says by itself; its configuration box knows better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sound {
    pub channels: u32,
    /// Samples a second.
    pub rate: f64,
}

/// So many boxes of an entry are looked at.
const BOXES: usize = 64;

/// What sets a decoder up.
const CONFIGS: [&[u8; 4]; 11] =
    [b"avcC", b"hvcC", b"av1C", b"vpcC", b"esds", b"dOps", b"dac3", b"dec3", b"dfLa", b"alac", b"vvcC"];

#[allow(clippy::trivially_copy_pass_by_ref)] // types are written as byte strings, which are references
impl<'a> SampleEntry<'a> {
    /// `None`: there is none, or it is of a kind without further fields that anyone asked for.
    pub fn first(stbl: BoxRef<'a>, kind: Kind) -> Result<Option<Self>, Error> {
        let Some(stsd) = stbl.child(b"stsd")? else { return Ok(None) };
        let version = stsd.read(|mut fields| fields.full_box())?.0;
        let Some(entry) = stsd.children_after(8)?.next().transpose()? else { return Ok(None) };
        let mut found = Self { format: entry.kind, encrypted: false, size: (0, 0), sound: None, boxes: Vec::new() };
        let length = match kind {
            Kind::Video => {
                let (size, length) = entry.read(picture)?;
                found.size = size;
                length
            }
            Kind::Audio => {
                let (sound, length) = entry.read(|fields| sound::parse(fields, version))?;
                found.sound = Some(sound);
                length
            }
            _ => return Ok(Some(found)),
        };
        found.boxes = listed(entry.children_after(length)?)?;
        if let Some(wave) = found.child(b"wave") {
            found.boxes.extend(listed(wave.children())?);
        }
        if let Some(sinf) = found.child(b"sinf") {
            found.encrypted = matches!(&entry.kind.0, b"encv" | b"enca");
            if let Some(frma) = sinf.child(b"frma")? {
                found.format = frma.read(|mut fields| fields.array().map(FourCc))?;
            }
        }
        Ok(Some(found))
    }

    /// The first box of a type in it.
    pub fn child(&self, kind: &[u8; 4]) -> Option<BoxRef<'a>> {
        self.boxes.iter().find(|found| found.kind == kind).copied()
    }

    /// All boxes of a type in it.
    pub fn children(&self, kind: &'static [u8; 4]) -> impl Iterator<Item = BoxRef<'a>> {
        self.boxes.iter().filter(move |found| found.kind == kind).copied()
    }

    /// The box that sets a decoder up.
    pub fn config(&self) -> Option<BoxRef<'a>> {
        self.boxes.iter().find(|found| CONFIGS.iter().any(|kind| found.kind == *kind)).copied()
    }
}

fn listed(boxes: Boxes<'_>) -> Result<Vec<BoxRef<'_>>, Error> {
    boxes.take(BOXES).collect()
}

/// Width and height, and how many bytes come before the boxes.
fn picture(mut fields: Fields<'_>) -> Result<((u16, u16), usize), Problem> {
    let before = fields.rest().len();
    // Reserved, data reference, version, vendor, qualities.
    fields.skip(6 + 2 + 16)?;
    let size = (fields.u16()?, fields.u16()?);
    // Resolutions, data size, frames a sample, name of the compressor.
    fields.skip(4 + 4 + 4 + 2 + 32)?;
    let depth = fields.u16()?;
    let colour_table = fields.u16()?;
    // QuickTime: few colours and the table 0 mean that the colours follow right here.
    if matches!(depth, 1 | 2 | 4 | 8) && colour_table == 0 {
        fields.skip(4 + 2)?;
        let last = fields.u16()?;
        fields.skip((usize::from(last) + 1) * 8)?;
    }
    Ok((size, before - fields.rest().len()))
}
