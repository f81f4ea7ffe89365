//! What `ffmpeg-next` has no safe way for: fields of FFmpeg's structures. Nowhere else is `unsafe`.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::ptr::{self, addr_of};

use ffmpeg_next as ffmpeg;

use ffmpeg::codec::packet::side_data::Type;
use ffmpeg::codec::{Context, Parameters};
use ffmpeg::format::stream::StreamMut;
use ffmpeg::frame::Video;
use ffmpeg::software::scaling;
use ffmpeg::{Stream, ffi};
use pictures::Size;

use crate::{Colours, FrameError};

/// Gives a decoder that is not open yet its configuration, the size that the container says, and the most pixels that a frame may have.
pub(crate) fn set_up(
    context: &mut Context,
    configuration: &[u8],
    stored: Size,
    most_pixels: u64,
) -> Result<(), FrameError> {
    let padding = usize::try_from(ffi::AV_INPUT_BUFFER_PADDING_SIZE).unwrap_or(64);
    let (Ok(length), Ok(width), Ok(height), Ok(most)) = (
        i32::try_from(configuration.len()),
        i32::try_from(stored.width),
        i32::try_from(stored.height),
        i64::try_from(most_pixels),
    ) else {
        return Err(FrameError::TooManyPixels(stored.area()));
    };
    // SAFETY: the context is ours alone and not open. `extradata` has to come from FFmpeg's allocator, with zeroes behind it; the context
    // frees it. The copy stays within what was allocated.
    unsafe {
        let context = context.as_mut_ptr();
        if !configuration.is_empty() {
            let room = ffi::av_mallocz(configuration.len() + padding).cast::<u8>();
            if room.is_null() {
                return Err(FrameError::Ours("no memory".to_owned()));
            }
            ptr::copy_nonoverlapping(configuration.as_ptr(), room, configuration.len());
            (*context).extradata = room;
            (*context).extradata_size = length;
        }
        (*context).width = width;
        (*context).height = height;
        (*context).max_pixels = most;
    }
    Ok(())
}

/// What a frame says of its colours.
pub(crate) fn colours(frame: &Video) -> Colours {
    // SAFETY: the frame is there as long as it is borrowed; only the fields' places are taken of it.
    unsafe {
        let frame = frame.as_ptr();
        colours_at(
            addr_of!((*frame).color_primaries),
            addr_of!((*frame).color_trc),
            addr_of!((*frame).colorspace),
            addr_of!((*frame).color_range),
        )
    }
}

/// The four fields, as the numbers that they are.
///
/// # Safety
/// Each place can be read.
unsafe fn colours_at(
    primaries: *const ffi::AVColorPrimaries,
    transfer: *const ffi::AVColorTransferCharacteristic,
    matrix: *const ffi::AVColorSpace,
    range: *const ffi::AVColorRange,
) -> Colours {
    // SAFETY: to Rust these are enumerations, which may hold no other number than those that it knows; FFmpeg puts into them what a file
    // says. An enumeration of C is as large as an `unsigned int`.
    let (primaries, transfer, matrix, range) = unsafe {
        (
            primaries.cast::<u32>().read(),
            transfer.cast::<u32>().read(),
            matrix.cast::<u32>().read(),
            range.cast::<u32>().read(),
        )
    };
    let code = |value: u32| u16::try_from(value).unwrap_or(2);
    Colours {
        primaries: code(primaries),
        transfer: code(transfer),
        matrix: code(matrix),
        full_range: match range {
            number if number == ffi::AVColorRange::AVCOL_RANGE_JPEG as u32 => Some(true),
            number if number == ffi::AVColorRange::AVCOL_RANGE_MPEG as u32 => Some(false),
            _ => None,
        },
    }
}

/// Tells a scaler how brightness and colour are set apart in what it reads. It writes RGB.
pub(crate) fn set_colours(scaler: &mut scaling::Context, matrix: u16, full_range: bool) {
    // FFmpeg's numbers of matrices are those of H.273 for the ones that it has coefficients of, and the default otherwise.
    let matrix = i32::from(if matches!(matrix, 1 | 4..=7 | 9) { matrix } else { 1 });
    // SAFETY: the scaler is ours alone. `sws_getCoefficients` gives a table of four numbers that lasts for ever, and
    // `sws_setColorspaceDetails` reads four numbers of each. That it refuses where nothing is to be converted does no harm.
    unsafe {
        let source = ffi::sws_getCoefficients(matrix);
        let target = ffi::sws_getCoefficients(ffi::SWS_CS_DEFAULT);
        ffi::sws_setColorspaceDetails(
            scaler.as_mut_ptr(),
            source,
            i32::from(full_range),
            target,
            1,
            0,
            1 << 16,
            1 << 16,
        );
    }
}

/// What the container says of a track of pictures: its configuration, its size, the aspect of its pixels, its colours.
pub(crate) struct Stored {
    pub configuration: Vec<u8>,
    pub size: Size,
    pub aspect: (u32, u32),
    pub colours: Colours,
    pub pixel_format: i32,
}

/// Reads them out of a stream's parameters.
pub(crate) fn stored(parameters: &Parameters) -> Stored {
    // SAFETY: the parameters are there as long as they are borrowed; no reference to them as a whole is made, see `colours_at`. `extradata`
    // has `extradata_size` bytes, or is null.
    unsafe {
        let parameters = parameters.as_ptr();
        let length = usize::try_from((*parameters).extradata_size).unwrap_or(0);
        let configuration = if (*parameters).extradata.is_null() {
            Vec::new()
        } else {
            std::slice::from_raw_parts((*parameters).extradata, length).to_vec()
        };
        let side = |value: i32| u32::try_from(value).unwrap_or(0);
        let aspect = (*parameters).sample_aspect_ratio;
        Stored {
            configuration,
            size: Size { width: side((*parameters).width), height: side((*parameters).height) },
            aspect: match (side(aspect.num), side(aspect.den)) {
                (0, _) | (_, 0) => (1, 1),
                other => other,
            },
            colours: colours_at(
                addr_of!((*parameters).color_primaries),
                addr_of!((*parameters).color_trc),
                addr_of!((*parameters).color_space),
                addr_of!((*parameters).color_range),
            ),
            pixel_format: (*parameters).format,
        }
    }
}

/// The pixel format's name; `None` where it is not known.
pub(crate) fn pixel_format(stored: &Stored) -> Option<String> {
    // SAFETY: any number may be asked for; the answer is null or a text that lasts for ever.
    let name = unsafe {
        // `av_get_pix_fmt_name` takes an enumeration, of which a number out of a file may be no value.
        let description = ffi::av_pix_fmt_desc_next(ptr::null());
        let mut next = description;
        let mut found = None;
        while !next.is_null() {
            if ffi::av_pix_fmt_desc_get_id(next) as i32 == stored.pixel_format {
                found = Some(CStr::from_ptr((*next).name));
                break;
            }
            next = ffi::av_pix_fmt_desc_next(next);
        }
        found
    };
    name.map(|name| name.to_string_lossy().into_owned())
}

/// Has a player turn the pictures of a new track as it did those of the old one.
pub(crate) fn copy_orientation(from: &Stream<'_>, to: &mut StreamMut<'_>) -> Result<(), FrameError> {
    let Some(matrix) = from.side_data().find(|data| data.kind() == Type::DisplayMatrix) else { return Ok(()) };
    let bytes = matrix.data();
    // SAFETY: the new track is ours alone; what `av_stream_new_side_data` gives has the length that was asked for, and the track frees it.
    unsafe {
        let kind = ffi::AVPacketSideDataType::AV_PKT_DATA_DISPLAYMATRIX;
        let room = ffi::av_stream_new_side_data(to.as_mut_ptr(), kind, bytes.len() as _);
        if room.is_null() {
            return Err(FrameError::Ours("no memory".to_owned()));
        }
        ptr::copy_nonoverlapping(bytes.as_ptr(), room, bytes.len());
    }
    Ok(())
}

/// Has a track's codec written under the tag that its new container has for it.
pub(crate) fn forget_tag(parameters: &mut Parameters) {
    // SAFETY: the parameters are ours alone; 0 is "as the muxer likes".
    unsafe { (*parameters.as_mut_ptr()).codec_tag = 0 };
}
