use ffmpeg_next as ffmpeg;

use ffmpeg::codec::{Context, Id, threading};
use ffmpeg::format::Pixel;
use ffmpeg::frame::Video;
use ffmpeg::software::scaling::{self, Flags};
use ffmpeg::{Packet, packet};
use image::{DynamicImage, ImageBuffer, Rgb};
use pictures::Size;

use crate::{Codec, Coding, Colours, FrameError, MAX_PIXELS, av1, raw};

/// The picture of one keyframe, upright, in that size, in sRGB with 8 bits a channel. Keeps to one thread.
///
/// `sample` is the keyframe as the container has it, whole; nothing before or after it is needed.
///
/// # Errors
/// [`FrameError::Damaged`] where the bytes do not decode, [`FrameError::TooManyPixels`] where there are more than [`MAX_PIXELS`].
pub fn decode(coding: &Coding, sample: &[u8], to: Size) -> Result<DynamicImage, FrameError> {
    if sample.is_empty() {
        return Err(FrameError::Damaged("the keyframe has no bytes".to_owned()));
    }
    if coding.stored.area() > MAX_PIXELS {
        return Err(FrameError::TooManyPixels(coding.stored.area()));
    }
    let lying = coding.lying(to);
    let mut picture = match codec_id(coding.codec) {
        Some(id) => {
            let frame = frame(id, coding, sample)?;
            let colours = raw::colours(&frame).or(coding.colours, frame.height());
            let pixels = scaled(&frame, lying, colours)?;
            pictures::to_srgb(pixels, (colours.primaries, colours.transfer))
        }
        None => av1::decode(coding, sample, lying)?,
    };
    if coding.mirrored {
        picture = picture.fliph();
    }
    Ok(match coding.rotation {
        90 => picture.rotate90(),
        180 => picture.rotate180(),
        270 => picture.rotate270(),
        _ => picture,
    })
}

/// `None` for AV1: FFmpeg's own decoder of it needs hardware.
pub(crate) fn codec_id(codec: Codec) -> Option<Id> {
    match codec {
        Codec::H264 => Some(Id::H264),
        Codec::Hevc => Some(Id::HEVC),
        Codec::Vp8 => Some(Id::VP8),
        Codec::Vp9 => Some(Id::VP9),
        Codec::Av1 => None,
    }
}

/// The frame as the decoder gives it.
fn frame(id: Id, coding: &Coding, sample: &[u8]) -> Result<Video, FrameError> {
    let codec = ffmpeg::decoder::find(id).ok_or(ffmpeg::Error::DecoderNotFound)?;
    let mut context = Context::new_with_codec(codec);
    raw::set_up(&mut context, &coding.configuration, coding.stored, MAX_PIXELS)?;
    context.set_threading(threading::Config::count(1));
    let mut decoder = context.decoder().video()?;
    let mut packet = Packet::copy(sample);
    packet.set_flags(packet::Flags::KEY);
    decoder.send_packet(&packet)?;
    // Whatever it holds back to bring frames into order comes out at the end.
    decoder.send_eof()?;
    let mut frame = Video::empty();
    decoder.receive_frame(&mut frame)?;
    let pixels = u64::from(frame.width()) * u64::from(frame.height());
    if pixels > MAX_PIXELS {
        return Err(FrameError::TooManyPixels(pixels));
    }
    Ok(frame)
}

impl Colours {
    /// Each from `self` where it says it, or else from the container; the matrix at last by the picture's height, as players do.
    fn or(self, container: Self, height: u32) -> Self {
        let first = |own, theirs| if own == 2 { theirs } else { own };
        let by_height = if height >= 720 { 1 } else { 6 };
        Self {
            primaries: first(self.primaries, container.primaries),
            transfer: first(self.transfer, container.transfer),
            matrix: first(first(self.matrix, container.matrix), by_height),
            full_range: self.full_range.or(container.full_range),
        }
    }

    /// Light beyond white needs more than 8 bits until it is toned down.
    fn is_bright(self) -> bool {
        matches!(self.transfer, 16 | 18)
    }
}

/// RGB in that size; 16 bits a channel of what is brighter than white.
fn scaled(frame: &Video, to: Size, colours: Colours) -> Result<DynamicImage, FrameError> {
    let format = if colours.is_bright() { Pixel::RGB48LE } else { Pixel::RGB24 };
    let from = (frame.format(), frame.width(), frame.height());
    let flags = if (from.1, from.2) == (to.width, to.height) {
        // By vector code, which gives each square of two by two pixels one colour: so does the film, and so do the files made of it.
        Flags::BILINEAR
    } else {
        Flags::AREA | Flags::ACCURATE_RND | Flags::FULL_CHR_H_INT | Flags::FULL_CHR_H_INP
    };
    let mut scaler = scaling::Context::get(from.0, from.1, from.2, format, to.width, to.height, flags)?;
    let full_range = colours.full_range.unwrap_or(false) || from.0 == Pixel::YUVJ420P;
    raw::set_colours(&mut scaler, colours.matrix, full_range);
    let mut light = Video::empty();
    scaler.run(frame, &mut light)?;
    let (width, height) = (usize::try_from(to.width), usize::try_from(to.height));
    let (Ok(width), Ok(height)) = (width, height) else { return Err(FrameError::TooManyPixels(u64::MAX)) };
    let row = width * 3 * if colours.is_bright() { 2 } else { 1 };
    // Rows are longer than their pixels.
    let rows = light.data(0).chunks(light.stride(0).max(1)).take(height).filter_map(|line| line.get(..row));
    let mut bytes = Vec::with_capacity(row.saturating_mul(height));
    rows.for_each(|line| bytes.extend_from_slice(line));
    let picture = if colours.is_bright() {
        let (samples, _) = bytes.as_chunks::<2>();
        let samples = samples.iter().map(|sample| u16::from_le_bytes(*sample)).collect();
        ImageBuffer::<Rgb<u16>, _>::from_raw(to.width, to.height, samples).map(DynamicImage::from)
    } else {
        ImageBuffer::<Rgb<u8>, _>::from_raw(to.width, to.height, bytes).map(DynamicImage::from)
    };
    picture.ok_or_else(|| FrameError::Ours("the scaler gave fewer rows than it was asked for".to_owned()))
}
