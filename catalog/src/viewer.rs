/// Milliseconds since the Unix epoch.
pub type UnixMillis = i64;

/// A signed-in person, as what may be seen depends on them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Viewer {
    /// The `sub` of their token.
    pub sub: String,
    /// Their groups, whole and case-sensitive.
    pub groups: Vec<String>,
}

/// What became of a change that was conditional on a row's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// This call made it.
    Made,
    /// Somebody else was first: the row has another version, and stays as it is.
    Stale,
    /// There is no such row.
    Missing,
}
