//! What the packaged function shows: how soon it starts, what an event costs, how much it holds.

use std::path::Path;

use anyhow::Result;
use bench::series::Series;
use serde::Serialize;

use crate::function::Package;
use crate::measure::Input;
use crate::options::Options;

/// The packaged function.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Packaged {
    /// Milliseconds to the first `GET /next`.
    pub start_ms: Option<Series>,
    /// The same through Python and the launcher.
    pub launcher_start_ms: Option<Series>,
    /// The same of a Python function that does nothing: what nobody on a managed runtime can be quicker than.
    pub empty_python_start_ms: Option<Series>,
    /// CPU µs an event over the Runtime API, every person in turn.
    pub distinct_cpu_us: Option<f64>,
    /// CPU µs an event over the Runtime API, always the same token.
    pub seen_cpu_us: Option<f64>,
    /// Bytes that it holds after its events.
    pub resident: Option<u64>,
    /// Bytes of the zip.
    pub zip: Option<u64>,
}

impl Packaged {
    /// What was measured, each with its name.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let ms = |series: &Option<Series>| series.as_ref().map(|s| format!("{:.1} ms", s.median()));
        let us = |value: Option<f64>| value.map(|v| format!("{v:.1} µs"));
        let lines = [
            ("from exec to the first `GET /next`", ms(&self.start_ms)),
            ("the same through Python's runtime client and `launcher.py`", ms(&self.launcher_start_ms)),
            ("a Python function that does nothing, for comparison", ms(&self.empty_python_start_ms)),
            ("CPU time an event, HTTP and log line included, everybody in turn", us(self.distinct_cpu_us)),
            ("the same, always one person", us(self.seen_cpu_us)),
            ("resident memory after all events", self.resident.map(|b| format!("{} KiB", b / 1024))),
            ("zip", self.zip.map(|b| format!("{} KiB", b.div_ceil(1024)))),
        ];
        lines.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// Measures what is there of it; says what is not.
pub fn measure(options: &Options, input: &Input, directory: &Path) -> Result<Packaged> {
    let mut packaged =
        Packaged { zip: std::fs::metadata(&options.zip).ok().map(|zip| zip.len()), ..Packaged::default() };
    if packaged.zip.is_none() {
        missing("zip", &options.zip);
    }
    if !options.bootstrap.is_file() {
        missing("program", &options.bootstrap);
        return Ok(packaged);
    }
    let package = Package::unpack(&directory.join("package"), options, &input.edge_json)?;
    starts(options, &package, &mut packaged)?;
    let seen = package.run(input.events.get(..1).unwrap_or_default(), options.sizes.events)?;
    let unseen = package.run(&input.events, options.sizes.events)?;
    packaged.seen_cpu_us = Some(seen.cpu_us);
    packaged.distinct_cpu_us = Some(unseen.cpu_us);
    packaged.resident = Some(seen.resident.max(unseen.resident));
    Ok(packaged)
}

/// Starts it each way in turn. The first start of each only brings its files into memory.
fn starts(options: &Options, package: &Package, packaged: &mut Packaged) -> Result<()> {
    // Not resolved: a virtual environment is known by the path of the link that its Python is.
    let python = std::path::absolute(&options.python)?;
    let mut ways = vec![(package.directly(), &mut packaged.start_ms)];
    if python.is_file() && options.launcher.is_file() {
        ways.push((Package::by_python(&python, "launcher"), &mut packaged.launcher_start_ms));
        ways.push((Package::by_python(&python, "nothing"), &mut packaged.empty_python_start_ms));
    } else {
        missing("start through Python and the launcher", &python);
    }
    for (command, _) in &ways {
        package.start(command)?;
    }
    for _ in 0..options.sizes.starts {
        for (command, series) in &mut ways {
            series.get_or_insert_default().push(package.start(command)?);
        }
    }
    Ok(())
}

fn missing(what: &str, path: &Path) {
    eprintln!("bench-edge: {} is missing: the {what} is not measured", path.display());
}
