//! `stagedoor static`: the app's static files under the paths that its pages link to.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::failure::Failure;

#[derive(Args)]
#[command(after_help = "Example: stagedoor static --out dist/site\n\n\
    Writes DIR/static/HASH/NAME for each file; HASH is made of all their contents. What else is in DIR is left alone.\n\
    Prints the paths as one line of JSON.")]
pub struct Arguments {
    /// Where they are written
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut written = Vec::new();
    for file in origin::static_files() {
        let path = arguments.out.join(&file.path);
        let folder = path.parent().unwrap_or(&arguments.out);
        fs::create_dir_all(folder).map_err(|e| Failure::file(folder, e))?;
        fs::write(&path, &file.bytes).map_err(|e| Failure::file(&path, e))?;
        written.push(file.path);
    }
    eprintln!("{} files in {}", written.len(), arguments.out.display());
    println!("{}", json!({"out": arguments.out.display().to_string(), "files": written}));
    Ok(())
}
