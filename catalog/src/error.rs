/// Why a store could not answer. A row that is not there, or not in the wanted state, is no error.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The store failed or could not be reached.
    #[error("the catalog cannot be read or written: {0}")]
    Store(String),
    /// A stored row does not have the shape that this version writes.
    #[error("catalog row {id}, field {field}: {message}")]
    Row {
        /// The row's id.
        id: String,
        /// The field that could not be read, as a path into the row's JSON.
        field: String,
        /// What was found and what was expected.
        message: String,
    },
    /// What was to be written is outside the limits.
    #[error("{field}: {message}")]
    Invalid {
        /// The field, as a path into what was given.
        field: &'static str,
        /// What was found and what is allowed.
        message: String,
    },
    /// The store's schema is not one that this build works with.
    #[error("{place}: {message}")]
    Schema {
        /// The file or the table.
        place: String,
        /// What was found and what was expected.
        message: String,
    },
    /// `STAGEDOOR_CATALOG` names no store that this build has.
    #[error("STAGEDOOR_CATALOG is {0:?}; expected sqlite:PATH or dynamodb:PREFIX")]
    Address(String),
}
