//! What goes wrong once a picture is being decoded.

use std::fmt;

/// Why a picture did not come out whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The caller wanted no further rows.
    Stopped,
    /// All rows have been handed over, some of them grey or wrong.
    Damaged(Damage),
    /// The caller's buffer is not of the picture's size, in bytes.
    Buffer {
        /// Width by height by components.
        expected: usize,
        /// What was given.
        actual: usize,
    },
}

/// The first thing wrong in a coded picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// What it is.
    pub fault: Fault,
    /// The row of the result, counted from 0, from which on it shows.
    pub row: u32,
}

/// What can be wrong in a coded picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file, or what stands before the next marker, ends too early. Grey up to the next restart marker, or to the end.
    CutOff,
    /// Bits that are no code. Grey up to the next restart marker, or to the end.
    Code,
    /// A block of more than 64 coefficients; those too many were dropped.
    Overrun,
    /// A restart marker is missing or out of order.
    Restart,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => write!(f, "stopped by the caller"),
            Self::Damaged(Damage { fault, row }) => write!(f, "damaged from row {row} on: {fault}"),
            Self::Buffer { expected, actual } => write!(f, "a buffer of {actual} bytes, where {expected} are expected"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CutOff => "the coded picture ends too early",
            Self::Code => "bits that are no code",
            Self::Overrun => "a block of more than 64 coefficients",
            Self::Restart => "a restart marker is missing or out of order",
        })
    }
}

impl std::error::Error for Failure {}
