//! Comparing answers with the expected ones.

use std::path::{Path, PathBuf};

use serde_json::Value;
use similar::TextDiff;

use crate::failure::{Failure, read};

/// The difference between a file's answers and `NAME.expected.json`, as a unified diff; `None` where there is none.
pub fn compare(directory: &Path, file: &Path, answers: &[Value]) -> Result<Option<String>, Failure> {
    let path = expected_path(directory, file)?;
    let expected: Value =
        serde_json::from_str(&read(&path)?).map_err(|e| Failure::file(&path, format!("not JSON: {e}")))?;
    let actual = as_document(answers);
    if expected == actual {
        return Ok(None);
    }
    let (expected, actual) = (format!("{expected:#}\n"), format!("{actual:#}\n"));
    let diff = TextDiff::from_lines(&expected, &actual);
    let names = (path.display().to_string(), format!("answer to {}", file.display()));
    Ok(Some(diff.unified_diff().header(&names.0, &names.1).to_string()))
}

/// Writes `NAME.expected.json`.
pub fn write(directory: &Path, file: &Path, answers: &[Value]) -> Result<(), Failure> {
    let path = expected_path(directory, file)?;
    std::fs::write(&path, format!("{:#}\n", as_document(answers))).map_err(|e| Failure::file(&path, e))
}

/// One answer stands alone, several as an array: as the events do.
fn as_document(answers: &[Value]) -> Value {
    match answers {
        [one] => one.clone(),
        several => Value::Array(several.to_vec()),
    }
}

fn expected_path(directory: &Path, file: &Path) -> Result<PathBuf, Failure> {
    let name = file.file_stem().filter(|_| file != Path::new("-"));
    let name = name.ok_or_else(|| Failure::Input("--expect needs files with names, not -".to_owned()))?;
    Ok(directory.join(format!("{}.expected.json", name.to_string_lossy())))
}
