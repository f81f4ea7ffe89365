//! The server that plays AWS, one for all tests of a process. The tests of `processors` use this file too.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A running server. It ends when its standard input does, which is when this process ends, however that comes about.
struct Server {
    endpoint: String,
    _process: Child,
}

fn server() -> &'static Server {
    // What is missing is missing for all tests: it is looked for once.
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    SERVER.get_or_init(start).as_ref().unwrap_or_else(|missing| panic!("{missing}"))
}

fn start() -> Result<Server, String> {
    let python = python()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/tests/dynamodb_server.py");
    let mut command = Command::new(&python);
    command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().map_err(|e| format!("{}: {e}", python.display()))?;
    let mut port = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let port: u16 = port.trim().parse().map_err(|_| {
        format!(
            "{} has no moto: `./build.sh test` installs it, or: pip install 'moto[server]==5.2.5'",
            python.display()
        )
    })?;
    Ok(Server { endpoint: format!("http://127.0.0.1:{port}"), _process: process })
}

/// The Python that has moto: what `STAGEDOOR_PYTHON` names, or the checkout's own.
fn python() -> Result<PathBuf, String> {
    #[expect(clippy::disallowed_methods, reason = "the one setting of these tests")]
    let named = std::env::var_os("STAGEDOOR_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/venv/bin/python"));
    if python.is_file() {
        return Ok(python);
    }
    let advice = "`./build.sh test` makes it, or set STAGEDOOR_PYTHON to a Python with moto[server]";
    Err(format!("{} is missing: {advice}", python.display()))
}

pub fn endpoint() -> &'static str {
    &server().endpoint
}
