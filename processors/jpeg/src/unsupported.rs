//! What this decoder leaves to a complete one, by name.

use std::fmt;

/// Why a file is not decoded here. Nothing has been decoded or allocated yet, and a complete decoder may well take the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// The file does not begin with a start-of-image marker.
    NotJpeg,
    /// The file ends before its picture begins.
    CutOff,
    /// A segment's length and its contents do not fit together.
    Segment {
        /// The second byte of the segment's marker.
        marker: u8,
    },
    /// A marker that has no place before the picture.
    Marker {
        /// The marker's second byte.
        marker: u8,
    },
    /// A process other than baseline and extended sequential Huffman coding.
    Process(Process),
    /// Samples of another depth than 8 bits.
    Precision {
        /// Bits of a sample.
        bits: u8,
    },
    /// Neither one component (grey) nor three (colour).
    Components {
        /// As many as the frame has.
        count: u8,
    },
    /// Sampling factors other than 4:4:4, 4:2:2, 4:2:0 and 4:4:0, or components that are not told apart.
    Sampling,
    /// The components come in several scans, or in another order than the frame's.
    SeveralScans,
    /// A scan of a sequential picture that does not hold all 64 coefficients at full precision.
    PartialScan,
    /// Width 0, or a height that is given behind the picture (DNL).
    NoSize,
    /// More pixels than the caller's limit.
    TooLarge {
        /// Width by height.
        pixels: u64,
        /// What was allowed.
        limit: u64,
    },
    /// A component's table is not in the file.
    MissingTable(Table),
    /// A Huffman table whose codes do not fit into their lengths, or with symbols that mean nothing.
    HuffmanTable,
}

/// The processes of ITU T.81 table B.1 that are not decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// Spectral selection and successive approximation over many scans.
    Progressive,
    /// Predictive coding of samples.
    Lossless,
    /// A pyramid of frames.
    Hierarchical,
    /// Arithmetic instead of Huffman coding.
    Arithmetic,
}

/// The kinds of tables that a component refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Quantisation steps (DQT).
    Quantisation,
    /// Huffman codes of the first coefficient (DHT, class 0).
    Dc,
    /// Huffman codes of the other 63 (DHT, class 1).
    Ac,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJpeg => write!(f, "not a JPEG: the first two bytes are not FF D8"),
            Self::CutOff => write!(f, "the file ends before its picture begins"),
            Self::Segment { marker } => {
                write!(f, "the segment FF {marker:02X} has a length that its contents do not have")
            }
            Self::Marker { marker } => write!(f, "the marker FF {marker:02X} stands before the picture"),
            Self::Process(process) => write!(f, "{process:?} coding, where baseline is expected"),
            Self::Precision { bits } => write!(f, "samples of {bits} bits, where 8 are expected"),
            Self::Components { count } => write!(f, "{count} components, where 1 or 3 are expected"),
            Self::Sampling => write!(f, "sampling factors other than 4:4:4, 4:2:2, 4:2:0 and 4:4:0"),
            Self::SeveralScans => write!(f, "components in several scans, or in another order than the frame's"),
            Self::PartialScan => write!(f, "a scan that does not hold all 64 coefficients"),
            Self::NoSize => write!(f, "a width or height of 0"),
            Self::TooLarge { pixels, limit } => write!(f, "{pixels} pixels, where at most {limit} are allowed"),
            Self::MissingTable(table) => write!(f, "a {table:?} table that is not in the file"),
            Self::HuffmanTable => write!(f, "a Huffman table that is none"),
        }
    }
}

impl std::error::Error for Unsupported {}
