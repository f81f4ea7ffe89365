//! What a decoder's configuration says, and the name of the codec as RFC 6381 has it.

mod av1;
mod avc;
mod bits;
mod dolby;
mod hevc;
mod mpeg4;
mod parameter_set;
mod sound;
mod vp9;

pub(crate) use bits::Bits;
pub(crate) use dolby::DolbyConfig;
pub(crate) use sound::sound;

use crate::colour::ColourCodes;
use crate::entry::SampleEntry;
use crate::error::Error;

/// The name of a track's codec for a `codecs` parameter (RFC 6381 section 3.3; each format's own rules at its module). `None`: there
/// is no more to say than the four-character code.
pub(crate) fn rfc6381(entry: &SampleEntry<'_>) -> Result<Option<String>, Error> {
    let read = |kind| entry.child(kind);
    let format = entry.format;
    Ok(match &format.0 {
        b"avc1" | b"avc2" | b"avc3" | b"avc4" | b"dva1" | b"dvav" => match read(b"avcC") {
            Some(found) => Some(found.read(|fields| avc::name(format, fields))?),
            None => None,
        },
        b"hvc1" | b"hev1" => match read(b"hvcC") {
            Some(found) => Some(found.read(|fields| hevc::name(format, fields))?),
            None => None,
        },
        b"dvh1" | b"dvhe" | b"dav1" => DolbyConfig::of(entry)?.map(|config| config.name(format)),
        b"av01" => match read(b"av1C") {
            Some(found) => Some(found.read(av1::name)?),
            None => None,
        },
        b"vp08" | b"vp09" => match read(b"vpcC") {
            Some(found) => Some(found.read(|fields| vp9::name(format, fields))?),
            None => None,
        },
        b"mp4a" | b"mp4v" => match read(b"esds") {
            Some(found) => Some(found.read(|fields| mpeg4::name(format, fields))?),
            None => None,
        },
        // Names that browsers take; the codes are Opus and fLaC.
        b"Opus" => Some("opus".into()),
        b"fLaC" => Some("flac".into()),
        b"ac-3" | b"ec-3" | b"ac-4" | b"alac" | b"wvtt" | b"stpp" | b"tx3g" | b"c608" => Some(format.to_string()),
        _ => None,
    })
}

/// The colours that a decoder's configuration names, for files without a `colr` box. Of AV1 the box alone counts: its
/// configuration need not hold the header that names colours.
pub(crate) fn colour(entry: &SampleEntry<'_>) -> Result<Option<ColourCodes>, Error> {
    if let Some(found) = entry.child(b"vpcC") {
        return found.read(vp9::colour);
    }
    if let Some(found) = entry.child(b"hvcC") {
        return found.read(hevc::colour);
    }
    entry.child(b"avcC").map_or(Ok(None), |found| found.read(avc::colour))
}
