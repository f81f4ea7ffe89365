//! From luma and chroma to red, green and blue (ITU T.871), in the fixed-point arithmetic of libjpeg: 16 bits behind the point,
//! rounded once.

/// As many pixels at a time, in vector registers.
const STEP: usize = 16;

/// One row. All slices are of the same number of pixels; `rgb` has three bytes for each.
pub(crate) fn ycbcr_to_rgb(luma: &[u8], blue: &[u8], red: &[u8], rgb: &mut [u8]) {
    let (luma, luma_rest) = luma.as_chunks::<STEP>();
    let (blue, blue_rest) = blue.as_chunks::<STEP>();
    let (red, red_rest) = red.as_chunks::<STEP>();
    let (rgb_chunks, _) = rgb.as_chunks_mut::<{ 3 * STEP }>();
    let done = rgb_chunks.len() * 3 * STEP;
    for (((luma, blue), red), rgb) in luma.iter().zip(blue).zip(red).zip(rgb_chunks) {
        convert(luma, blue, red, rgb);
    }
    let rest = rgb.get_mut(done..).unwrap_or_default();
    let mut padded = [[0; STEP]; 3];
    for (padded, samples) in padded.iter_mut().zip([luma_rest, blue_rest, red_rest]) {
        padded.iter_mut().zip(samples).for_each(|(padded, sample)| *padded = *sample);
    }
    let [luma, blue, red] = &padded;
    let mut pixels = [0; 3 * STEP];
    convert(luma, blue, red, &mut pixels);
    rest.iter_mut().zip(pixels).for_each(|(place, byte)| *place = byte);
}

#[inline(always)]
fn convert(luma: &[u8; STEP], blue: &[u8; STEP], red: &[u8; STEP], rgb: &mut [u8; 3 * STEP]) {
    let mut planes = [[0_u8; STEP]; 3];
    let [reds, greens, blues] = &mut planes;
    for ((((r, g), b), y), (cb, cr)) in reds.iter_mut().zip(greens).zip(blues).zip(luma).zip(blue.iter().zip(red)) {
        let (y, cb, cr) = (i16::from(*y), i16::from(*cb) - 128, i16::from(*cr) - 128);
        // 1.402 = 1 + 0.402 and 1.772 = 2 - 0.228, so that the products are of 16 bits by 16.
        *r = cut(y + cr + product(cr, 26_345));
        *g = cut(y - cr + ((i32::from(cb) * -22_554 + i32::from(cr) * 18_734 + 32_768) >> 16) as i16);
        *b = cut(y + 2 * cb + product(cb, -14_942));
    }
    let [reds, greens, blues] = &planes;
    for (pixel, ((r, g), b)) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(reds.iter().zip(greens).zip(blues)) {
        *pixel = [*r, *g, *b];
    }
}

/// A number from -128 to 127 times a factor of 16 bits behind the point, rounded.
#[inline(always)]
fn product(number: i16, factor: i16) -> i16 {
    let doubled = ((i32::from(2 * number) * i32::from(factor)) >> 16) as i16;
    (doubled + 1) >> 1
}

#[inline(always)]
#[allow(clippy::cast_sign_loss, reason = "cut to 0 and above")]
fn cut(value: i16) -> u8 {
    value.clamp(0, 255) as u8
}
