//! Channels, rate and layout of a sound track.

use super::Bits;
use super::mpeg4::{AudioConfig, Stream};
use crate::boxes::Fields;
use crate::entry::SampleEntry;
use crate::error::{Error, Problem};

/// What comes out of the decoder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SoundConfig {
    /// 0 where it is not said.
    pub channels: u32,
    /// Samples a second; 0 where it is not said.
    pub rate: f64,
    /// Which loudspeakers, by `FFmpeg`'s name.
    pub layout: Option<&'static str>,
}

/// By channel configuration; ISO/IEC 14496-3 table 1.19.
const AAC: [Option<(u32, &str)>; 8] = [
    None,
    Some((1, "mono")),
    Some((2, "stereo")),
    Some((3, "3.0")),
    Some((4, "4.0")),
    Some((5, "5.0")),
    Some((6, "5.1")),
    Some((8, "7.1(wide)")),
];
/// By number of channels: FLAC (RFC 9639 section 9.1.3) and Opus (RFC 7845 section 5.1.1.2) agree.
const XIPH: [Option<&str>; 9] =
    [None, Some("mono"), Some("stereo"), Some("3.0"), Some("quad"), Some("5.0"), Some("5.1"), Some("6.1"), Some("7.1")];
/// By audio coding mode, without and with the low-frequency channel; ETSI TS 102 366 table 4.3.
const AC3: [(u32, &str, Option<&str>); 8] = [
    (2, "stereo", None),
    (1, "mono", None),
    (2, "stereo", Some("2.1")),
    (3, "3.0", Some("3.1")),
    (3, "3.0(back)", None),
    (4, "4.0", Some("4.1")),
    (4, "quad(side)", None),
    (5, "5.0(side)", Some("5.1(side)")),
];

/// By the configuration, or else by the entry.
pub(crate) fn sound(entry: &SampleEntry<'_>) -> Result<Option<SoundConfig>, Error> {
    let Some(said) = entry.sound else { return Ok(None) };
    let layout = if said.channels <= 2 { named(&XIPH, said.channels) } else { None };
    let said = SoundConfig { channels: said.channels, rate: said.rate, layout };
    let Some(config) = entry.config() else { return Ok(Some(said)) };
    config
        .read(|fields| match &config.kind.0 {
            b"esds" => mpeg4(fields, said),
            b"dOps" => opus(fields, said),
            b"dfLa" => flac(fields),
            b"alac" => alac(fields),
            b"dac3" => ac3(Bits::new(fields.rest()), said),
            b"dec3" => eac3(Bits::new(fields.rest()), said),
            _ => Ok(said),
        })
        .map(Some)
}

fn named(names: &[Option<&'static str>], channels: u32) -> Option<&'static str> {
    usize::try_from(channels).ok().and_then(|count| names.get(count).copied().flatten())
}

fn mpeg4(fields: Fields<'_>, said: SoundConfig) -> Result<SoundConfig, Problem> {
    let stream = Stream::parse(fields)?;
    if stream.object_type != 0x40 || stream.specific.is_empty() {
        return Ok(said);
    }
    let config = AudioConfig::parse(stream.specific)?;
    let known = AAC.get(usize::from(config.channels)).copied().flatten();
    // Version 2 of HE-AAC makes two channels of one.
    let known = known.map(|(channels, layout)| match (config.object_type, channels) {
        (29, 1) => (2, "stereo"),
        _ => (channels, layout),
    });
    Ok(SoundConfig {
        channels: known.map_or(said.channels, |(channels, _)| channels),
        rate: if config.rate > 0 { config.rate.into() } else { said.rate },
        layout: known.map(|(_, layout)| layout).or(said.layout),
    })
}

fn opus(mut fields: Fields<'_>, said: SoundConfig) -> Result<SoundConfig, Problem> {
    fields.skip(1)?;
    let channels = fields.u8()?.into();
    fields.skip(2 + 4 + 2)?;
    let layout = if fields.u8()? <= 1 { named(&XIPH, channels) } else { None };
    // A decoder always gives 48 kHz, whatever went in.
    Ok(SoundConfig { channels, rate: 48_000.0, layout: layout.or(said.layout) })
}

fn flac(mut fields: Fields<'_>) -> Result<SoundConfig, Problem> {
    fields.full_box()?;
    // The header of the metadata block, block sizes, frame sizes.
    fields.skip(4 + 2 + 2 + 3 + 3)?;
    let mut bits = Bits::new(fields.rest());
    let rate = bits.number(20)?;
    let channels = bits.number(3)? + 1;
    Ok(SoundConfig { channels, rate: rate.into(), layout: named(&XIPH, channels) })
}

fn alac(mut fields: Fields<'_>) -> Result<SoundConfig, Problem> {
    fields.full_box()?;
    // Frame length, version, bits, three parameters.
    fields.skip(4 + 1 + 1 + 3)?;
    let channels = fields.u8()?.into();
    fields.skip(2 + 4 + 4)?;
    let rate = fields.u32()?.into();
    Ok(SoundConfig { channels, rate, layout: if channels <= 2 { named(&XIPH, channels) } else { None } })
}

fn ac3(mut bits: Bits<'_>, said: SoundConfig) -> Result<SoundConfig, Problem> {
    bits.skip(2 + 5 + 3)?;
    coded(&mut bits, said)
}

fn eac3(mut bits: Bits<'_>, said: SoundConfig) -> Result<SoundConfig, Problem> {
    bits.skip(13 + 3 + 2 + 5 + 1 + 1 + 3)?;
    let config = coded(&mut bits, said)?;
    bits.skip(3)?;
    // Dependent substreams add channels that no count here names.
    let more = bits.number(4)? > 0;
    Ok(if more { SoundConfig { channels: said.channels.max(config.channels), layout: None, ..config } } else { config })
}

fn coded(bits: &mut Bits<'_>, said: SoundConfig) -> Result<SoundConfig, Problem> {
    let mode = usize::try_from(bits.number(3)?).ok().and_then(|mode| AC3.get(mode));
    let low = bits.bit()?;
    let Some((channels, without, with)) = mode.copied() else { return Ok(said) };
    Ok(SoundConfig { channels: channels + u32::from(low), layout: if low { with } else { Some(without) }, ..said })
}
