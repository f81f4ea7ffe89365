#![doc = include_str!("../README.md")]

pub mod boxes;
mod codec;
mod colour;
mod entry;
mod error;
pub mod facts;
pub mod faststart;
mod fragments;
mod keyframe;
mod layout;
mod limits;
mod movie;
mod read;
#[cfg(feature = "s3")]
pub mod s3;
mod table;
mod time;
mod track;

pub use colour::ColourCodes;
pub use error::{Error, MoovMissing, Problem, SourceChanged};
pub use facts::Facts;
pub use keyframe::Keyframe;
pub use layout::{Layout, TopBox};
pub use limits::Limits;
pub use movie::Movie;
pub use read::{Cached, FileReader, ReadAt, Traffic};
pub use track::{Kind, Track};
