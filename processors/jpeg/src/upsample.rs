//! Chroma with half the samples of luma, made as large: between two samples, the nearer counts three times (libjpeg's "fancy"
//! upsampling, with its rounding, which alternates so that no direction is favoured).

/// How a row of chroma is made out of those that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upsampling {
    /// As it is.
    None,
    /// Every sample twice; every row twice.
    Repeat,
    /// Twice as wide, between neighbours.
    Across,
    /// Twice as high, between neighbours.
    Down,
    /// Both.
    Both,
}

impl Upsampling {
    /// Of chroma `width` samples wide. libjpeg repeats at 1/8, and what is too narrow.
    pub(crate) fn new((across, down): (usize, usize), width: usize, eighths: u8) -> Self {
        let fancy = eighths > 1 && (across == 1 || width > 2);
        match (across > 1, down > 1, fancy) {
            (false, false, _) => Self::None,
            (_, _, false) => Self::Repeat,
            (true, false, true) => Self::Across,
            (false, true, true) => Self::Down,
            (true, true, true) => Self::Both,
        }
    }
}

/// Every sample twice.
pub(crate) fn repeat(row: &[u8], wide: &mut [u8]) {
    for (pair, sample) in wide.chunks_mut(2).zip(row) {
        pair.fill(*sample);
    }
}

/// `wide` gets twice the samples of `row`, which has at least two.
pub(crate) fn across(row: &[u8], wide: &mut [u8]) {
    let three_to_one = |near: u8, far: u8, more: u16| ((3 * u16::from(near) + u16::from(far) + more) >> 2) as u8;
    let Some((ends, inner)) = ends(row, wide) else { return };
    for (pair, (left, (here, right))) in inner.iter_mut().zip(neighbours(row)) {
        *pair = [three_to_one(*here, *left, 1), three_to_one(*here, *right, 2)];
    }
    *ends.left = [ends.first, three_to_one(ends.first, ends.second, 2)];
    *ends.right = [three_to_one(ends.last, ends.last_but_one, 1), ends.last];
}

/// Between a row and the one above (`lower` is false) or below it.
pub(crate) fn down(near: &[u8], far: &[u8], lower: bool, tall: &mut [u8]) {
    let more = if lower { 2 } else { 1 };
    for (sample, (near, far)) in tall.iter_mut().zip(near.iter().zip(far)) {
        *sample = ((3 * u16::from(*near) + u16::from(*far) + more) >> 2) as u8;
    }
}

/// Between both the row and its neighbour, and the samples of a row. `sums` is as long as `near`.
pub(crate) fn both(near: &[u8], far: &[u8], sums: &mut [u16], wide: &mut [u8]) {
    for (sum, (near, far)) in sums.iter_mut().zip(near.iter().zip(far)) {
        *sum = 3 * u16::from(*near) + u16::from(*far);
    }
    let three_to_one = |near: u16, far: u16, more: u16| ((3 * near + far + more) >> 4) as u8;
    let Some((ends, inner)) = ends(sums, wide) else { return };
    for (pair, (left, (here, right))) in inner.iter_mut().zip(neighbours(sums)) {
        *pair = [three_to_one(*here, *left, 8), three_to_one(*here, *right, 7)];
    }
    *ends.left = [three_to_one(ends.first, ends.first, 8), three_to_one(ends.first, ends.second, 7)];
    *ends.right = [three_to_one(ends.last, ends.last_but_one, 8), three_to_one(ends.last, ends.last, 7)];
}

/// Every sample but the first and the last, between those on both sides. (`windows` is not made vector instructions of.)
fn neighbours<T>(row: &[T]) -> impl Iterator<Item = (&T, (&T, &T))> {
    let (here, right) = (row.get(1..).unwrap_or_default(), row.get(2..).unwrap_or_default());
    row.iter().zip(here.iter().zip(right))
}

/// What stands at the ends of a row, and where it goes.
struct Ends<'w, T> {
    first: T,
    second: T,
    last_but_one: T,
    last: T,
    left: &'w mut [u8; 2],
    right: &'w mut [u8; 2],
}

/// The ends, and the places between them.
fn ends<'w, T: Copy>(row: &[T], wide: &'w mut [u8]) -> Option<(Ends<'w, T>, &'w mut [[u8; 2]])> {
    let (&[first, second, ..], &[.., last_but_one, last]) = (row, row) else { return None };
    let (pairs, _) = wide.as_chunks_mut::<2>();
    let (left, rest) = pairs.get_mut(..row.len())?.split_first_mut()?;
    let (right, inner) = rest.split_last_mut()?;
    Some((Ends { first, second, last_but_one, last, left, right }, inner))
}
