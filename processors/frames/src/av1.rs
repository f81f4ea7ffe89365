//! AV1, which FFmpeg does not decode by itself: a keyframe of it is a picture of an AVIF file.

use avif_serialize::Aviffy;
use avif_serialize::constants::{ColorPrimaries, MatrixCoefficients, TransferCharacteristics};
use image::DynamicImage;
use pictures::{PictureError, Size};

use crate::{Coding, FrameError};

/// The bytes of `av1C` before the OBUs that belong in front of every sample.
const AV1C_HEADER: usize = 4;

/// The picture as stored, in sRGB, no larger than need be for that size.
pub(crate) fn decode(coding: &Coding, sample: &[u8], to: Size) -> Result<DynamicImage, FrameError> {
    let mut obus = coding.configuration.get(AV1C_HEADER..).unwrap_or_default().to_vec();
    obus.extend_from_slice(sample);
    // Profile, depth and subsampling as `av1C` has them (AV1 Codec ISO Media File Format Binding, section 2.3.3).
    let (profile, flags) = match coding.configuration.as_slice() {
        [_, profile, flags, ..] => (profile >> 5, *flags),
        _ => (0, 0x0C),
    };
    let depth = match (flags & 0x40 != 0, flags & 0x20 != 0) {
        (true, true) => 12,
        (true, false) => 10,
        _ => 8,
    };
    let colours = coding.colours;
    let mut file = Aviffy::new();
    file.set_width(coding.stored.width).set_height(coding.stored.height).set_bit_depth(depth);
    file.set_seq_profile(profile).set_monochrome(flags & 0x10 != 0);
    file.set_chroma_subsampling((flags & 0x08 != 0, flags & 0x04 != 0));
    file.set_color_primaries(if colours.primaries == 9 { ColorPrimaries::Bt2020 } else { ColorPrimaries::Bt709 });
    file.set_transfer_characteristics(match colours.transfer {
        16 => TransferCharacteristics::Smpte2084,
        18 => TransferCharacteristics::Hlg,
        _ => TransferCharacteristics::Bt709,
    });
    // Of how brightness and colour are set apart, the decoder believes the sequence header alone; where that says nothing, it takes BT.709.
    file.set_matrix_coefficients(MatrixCoefficients::Bt709);
    let file = file.to_vec(&obus, None, coding.stored.width, coding.stored.height, depth);
    pictures::picture(&file, to).map_err(|error| match error {
        PictureError::Refused(refusal) => FrameError::Damaged(refusal.to_string()),
        other => FrameError::Ours(other.to_string()),
    })
}
