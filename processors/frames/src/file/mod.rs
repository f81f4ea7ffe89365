//! Files on this machine: what they are, and their tracks moved into a container that browsers take.

mod facts;
mod rewrite;

use std::path::Path;
use std::sync::Once;

use ffmpeg_next as ffmpeg;

use ffmpeg::format::context::Input;
use ffmpeg::{format, log};

pub use facts::{Facts, Picture, facts};
pub use rewrite::{Format, Keyframe, Rewritten, rewrite};

use crate::FrameError;

/// Opens a file of any container that FFmpeg was built with; a playlist in disguise is none of them.
fn open(path: &Path) -> Result<Input, FrameError> {
    quiet();
    Ok(format::input(&local(path)?)?)
}

/// FFmpeg prints what it thinks of a file unless it is told not to.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| log::set_level(log::Level::Quiet));
}

/// `file:PATH`, so that no path is taken for another protocol.
fn local(path: &Path) -> Result<String, FrameError> {
    let name = path.to_str().filter(|name| !name.contains('\0'));
    let name = name.ok_or_else(|| FrameError::Ours(format!("{}: expected a name in UTF-8", path.display())))?;
    Ok(format!("file:{name}"))
}
