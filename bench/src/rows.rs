//! The lines of a comparison, and where its results go.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::limits::Limit;
use crate::series::Series;

/// One line of a comparison.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Who, and doing what.
    pub name: &'static str,
    /// CPU µs a call, one a round.
    pub cpu_us: Series,
}

impl Row {
    /// A line that nothing was measured of yet.
    pub fn new(name: &'static str) -> Self {
        Self { name, cpu_us: Series::default() }
    }
}

/// The lines as a table for the README; `measure` is the median that the last column is a multiple of.
pub fn table(what: &str, of_what: &str, rows: &[Row], measure: f64) -> String {
    let mut text = format!("| {what} | median | lowest–highest | {of_what} |\n|---|--:|--:|--:|\n");
    for row in rows {
        let (median, (low, high)) = (row.cpu_us.median(), row.cpu_us.range());
        let ratio = median / measure;
        let _ = writeln!(text, "| {} | {median:.1} µs | {low:.1}–{high:.1} | {ratio:.2} × |", row.name);
    }
    text
}

/// Writes a report as JSON, says of each limit whether it is kept, and returns whether all are.
///
/// # Errors
/// Where the file cannot be written.
pub fn keep(report: &impl Serialize, limits: &[Limit], file: &Path) -> Result<bool> {
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let json = serde_json::to_string_pretty(report)? + "\n";
    std::fs::write(file, json).with_context(|| file.display().to_string())?;
    for limit in limits {
        eprintln!("{}", limit.line());
    }
    Ok(!limits.iter().any(|limit| limit.holds() == Some(false)))
}
