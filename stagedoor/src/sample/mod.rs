//! The sample that a first `up` uploads: a photo and a film of one landscape, painted here so that nothing has to be
//! shipped or fetched. Both are made the way phones make them, with what the processors have to put right: the photo
//! lies on its side and says where it was taken, the film has its `moov` box at the end.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "rows, columns and colours: small numbers, and clamped where they come from a calculation"
)]

mod film;
mod noise;
mod painter;
mod photo;

pub use film::film;
pub use photo::photo;
