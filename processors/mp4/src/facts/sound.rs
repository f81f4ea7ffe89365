//! What is known of sound.

use serde::{Deserialize, Serialize};

use crate::codec;
use crate::error::Error;
use crate::time::rounded;
use crate::track::Track;

/// Of a sound track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AudioFacts {
    /// How many channels come out of the decoder; 0 where it is not said. Of MP3 many writers say 2 in any case, and no box
    /// contradicts them.
    pub channels: u32,
    /// Which loudspeakers these are for, by `FFmpeg`'s name (`stereo`, `5.1(side)`), where it is said.
    pub layout: Option<String>,
    /// Samples a second that come out of the decoder; 0 where it is not said.
    pub rate_hz: f64,
}

pub(super) fn facts(track: &Track<'_>) -> Result<Option<AudioFacts>, Error> {
    let config = track.entry.as_ref().map(codec::sound).transpose()?.flatten();
    Ok(config.map(|config| AudioFacts {
        channels: config.channels,
        layout: config.layout.map(Into::into),
        rate_hz: rounded(config.rate),
    }))
}
