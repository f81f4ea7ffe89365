//! What can be wrong with a file, each with its place in it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::boxes::FourCc;

/// Why a file cannot be read as a film.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The reader failed.
    #[error("the file could not be read: {0}")]
    Read(#[source] io::Error),
    /// What was made could not be written.
    #[error("{} could not be written: {source}", path.display())]
    Write {
        /// The file, or its directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The reader said, by [`SourceChanged`], that the file is no longer the one that was opened.
    #[error("the file changed while it was read; start again with the new one")]
    Changed,
    /// No box of ISO base media or `QuickTime` stands at the beginning.
    #[error("this is neither an MP4 nor a QuickTime file; expected one that begins with a box such as ftyp or moov")]
    NotAFilm,
    /// The file holds no index.
    #[error("there is no moov box: {0}")]
    MoovMissing(MoovMissing),
    /// The index is there, but its end is cut off.
    #[error("the moov box at byte {offset} is cut off: it has {expected} bytes, the file ends {missing} before that")]
    MoovTruncated {
        /// Where the box begins.
        offset: u64,
        /// Its declared size in bytes.
        expected: u64,
        /// How many of these are not in the file.
        missing: u64,
    },
    /// The index is compressed, which only old `QuickTime` did.
    #[error(
        "the moov box is compressed (cmov), which is not supported; export the film again without a compressed header"
    )]
    CompressedMoov,
    /// A box contradicts itself, or the box that it stands in.
    #[error("the {kind} box at byte {offset} {problem}")]
    Malformed {
        /// Which box.
        kind: FourCc,
        /// Where it begins in the file.
        offset: u64,
        /// What is wrong with it.
        problem: Problem,
    },
    /// A box is larger than [`crate::Limits`] allow.
    #[error("the {kind} box has {bytes} bytes; at most {limit} are read")]
    TooLarge {
        /// Which box.
        kind: FourCc,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// There are more of something than [`crate::Limits`] allow.
    #[error("there are more than {limit} {what}")]
    TooMany {
        /// What there is too much of, in the plural.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

/// Why the index is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoovMissing {
    /// Every byte was looked at.
    Nowhere,
    /// `mdat` declares more bytes than the file has.
    Truncated {
        /// How many bytes `mdat` lacks.
        missing: u64,
    },
    /// `mdat` has size 0, and so takes all that follows.
    MdatToTheEnd,
    /// The file begins with a fragment (`moof`).
    FragmentAlone,
    /// Bytes that are no box stand where the next one should begin.
    Garbage {
        /// Where they begin.
        offset: u64,
    },
}

impl fmt::Display for MoovMissing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => f.write_str("the recording was probably not closed properly"),
            Self::Truncated { missing } => {
                write!(f, "the file is cut off, at least {missing} bytes are missing at its end")
            }
            Self::MdatToTheEnd => {
                f.write_str("the media data runs to the end of the file, so the recording was never closed")
            }
            Self::FragmentAlone => f.write_str("this is a fragment of a film without its initialisation segment"),
            Self::Garbage { offset } => write!(f, "expected a box at byte {offset}, found something else"),
        }
    }
}

/// What is wrong inside a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Its fields need more bytes than it has.
    #[error("ends before its fields do")]
    Short,
    /// Its size is less than the bytes that say it.
    #[error("declares a size of {0} bytes, less than its own header")]
    SizeBelowHeader(u64),
    /// Its size leads out of the box around it.
    #[error("declares {declared} bytes where {room} are left")]
    BeyondParent {
        /// The declared size in bytes.
        declared: u64,
        /// How many bytes the parent has left.
        room: u64,
    },
    /// Size 0, "to the end of the file", is for the top level alone.
    #[error("declares the size 0, which only a box at the top level may")]
    ZeroSizeInside,
    /// A table has fewer entries than it declares.
    #[error("declares {declared} entries where there is room for {room}")]
    TooFewEntries {
        /// The declared count.
        declared: u64,
        /// How many fit into the box.
        room: u64,
    },
    /// A table that must ascend does not.
    #[error("has entries out of order")]
    OutOfOrder,
    /// A clock of no ticks a second.
    #[error("declares a time scale of 0")]
    ZeroTimescale,
    /// A box without which the one around it means nothing.
    #[error("lacks its {0} box")]
    Lacks(FourCc),
    /// A field has a value that the format does not know.
    #[error("has the value {value} in the field {field}")]
    Unknown {
        /// Its name in the format's description.
        field: &'static str,
        /// What it holds.
        value: u64,
    },
}

impl Problem {
    /// The error for this problem in that box.
    pub(crate) fn of(self, kind: FourCc, offset: u64) -> Error {
        Error::Malformed { kind, offset, problem: self }
    }
}

/// What a reader wraps in an [`io::Error`] (`io::Error::other(SourceChanged)`) when the file is no longer the one that was opened,
/// such as on S3's answer 412 to `If-Match`. It becomes [`Error::Changed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file is no longer the one that was opened")]
pub struct SourceChanged;

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.get_ref() {
            Some(inner) if inner.is::<SourceChanged>() => Self::Changed,
            _ => Self::Read(error),
        }
    }
}
