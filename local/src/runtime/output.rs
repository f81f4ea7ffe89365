use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// A longer line is logged in pieces of this many bytes.
const LINE: u64 = 16 * 1024;

/// Logs what the process prints, line by line, until both streams end. It always reads on, so the process never waits.
pub(super) fn forward(
    function: &str,
    pid: u32,
    stdout: Option<impl AsyncRead + Unpin + Send + 'static>,
    stderr: Option<impl AsyncRead + Unpin + Send + 'static>,
) {
    if let Some(stream) = stdout {
        tokio::spawn(lines(stream, function.to_owned(), pid));
    }
    if let Some(stream) = stderr {
        tokio::spawn(lines(stream, function.to_owned(), pid));
    }
}

async fn lines(stream: impl AsyncRead + Unpin, function: String, pid: u32) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(LINE).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => log(&function, pid, String::from_utf8_lossy(&line).trim_end()),
        }
    }
}

/// A JSON line, as Lambda functions log, keeps the level it names; every other line is for whoever debugs.
fn log(function: &str, pid: u32, line: &str) {
    if line.is_empty() {
        return;
    }
    let fields: Option<serde_json::Value> = line.starts_with('{').then(|| serde_json::from_str(line).ok()).flatten();
    match fields.as_ref().and_then(|f| f.get("level")).and_then(serde_json::Value::as_str) {
        Some("ERROR" | "error") => tracing::error!(target: "function", function, pid, "{line}"),
        Some("WARN" | "WARNING" | "warn") => tracing::warn!(target: "function", function, pid, "{line}"),
        Some("INFO" | "info") => tracing::info!(target: "function", function, pid, "{line}"),
        _ => tracing::debug!(target: "function", function, pid, "{line}"),
    }
}
