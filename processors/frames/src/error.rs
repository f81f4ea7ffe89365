/// Why nothing came of a film.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Its bytes are not what they should be; the library's words, for a log.
    #[error("{0}")]
    Damaged(String),
    /// It says that a frame has so many pixels.
    #[error("a frame of {0} pixels")]
    TooManyPixels(u64),
    /// There is no track of pictures.
    #[error("no track of pictures")]
    NoPictures,
    /// The new file could not be written, or FFmpeg's libraries lack something.
    #[error("{0}")]
    Ours(String),
}

impl From<ffmpeg_next::Error> for FrameError {
    fn from(error: ffmpeg_next::Error) -> Self {
        use ffmpeg_next::Error;
        match error {
            Error::Other { errno } if [ffmpeg_next::error::ENOSPC, ffmpeg_next::error::ENOMEM].contains(&errno) => {
                Self::Ours(error.to_string())
            }
            Error::DecoderNotFound | Error::DemuxerNotFound | Error::MuxerNotFound | Error::BsfNotFound => {
                Self::Ours(error.to_string())
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}
