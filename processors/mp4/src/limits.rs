//! How much of a file is taken into memory.

/// Caps on what is read, whatever the file declares. The defaults hold a film of ten hours at 60 frames a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest `moov` box in bytes, before and after its rewriting; no allocation is larger. Default: 48 MiB.
    pub moov_bytes: u64,
    /// The largest of the other boxes that are read whole (`ftyp`, a `meta` or `sidx` at the top level). Default: 1 MiB.
    pub other_bytes: u64,
    /// The most boxes at the top level. Default: 4,096.
    pub boxes: usize,
    /// The most tracks. Default: 512.
    pub tracks: usize,
    /// The most edits of one track. Default: 4,096.
    pub edits: usize,
    /// The most keyframe times that [`crate::Facts`] list for a track; `keyframes.complete` is false where there are more.
    /// Default: 100,000.
    pub keyframes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { moov_bytes: 48 << 20, other_bytes: 1 << 20, boxes: 4096, tracks: 512, edits: 4096, keyframes: 100_000 }
    }
}
