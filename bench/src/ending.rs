//! How a comparison's program ends.

use std::process::ExitCode;

use anyhow::Result;

/// 0 where every limit is kept, 1 where one is not, 2 where it could not be measured; then the cause is said in the program's name.
pub fn exit_code(program: &str, kept: Result<bool>) -> ExitCode {
    match kept {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{program}: {error:#}");
            ExitCode::from(2)
        }
    }
}
