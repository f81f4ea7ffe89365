use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use bench::limits::Limit;
use bench::machine::Machine;
use bench::series::Series;
use image::ImageReader;
use serde::Serialize;
use serde_json::Value;

use crate::contestant::Contestant;
use crate::options::Options;
use crate::task::{COVER, LADDER, Measured, Way};

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    pub machine: Machine,
    /// Of sharp, libvips and Node.
    pub versions: Value,
    pub source: Source,
    pub rounds: usize,
    pub rows: Vec<Measured>,
    pub starts: Start,
}

/// The photo.
#[derive(Debug, Serialize)]
pub struct Source {
    pub file: String,
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
}

/// Whole processes, in milliseconds.
#[derive(Debug, Default, Serialize)]
pub struct Start {
    pub ours_ms: Series,
    pub sharp_ms: Series,
}

impl Start {
    /// In the order of [`crate::contestant::alone`].
    pub fn both(&mut self) -> [&mut Series; 2] {
        [&mut self.ours_ms, &mut self.sharp_ms]
    }
}

impl Report {
    /// Nothing measured yet.
    pub fn new(machine: Machine, options: &Options, source: &Path) -> Result<Self> {
        let (width, height) =
            ImageReader::open(source)?.into_dimensions().with_context(|| source.display().to_string())?;
        let file = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::metadata(source)?.len();
        Ok(Self {
            machine,
            versions: Contestant::versions(options)?,
            source: Source { file, width, height, bytes },
            rounds: options.rounds,
            rows: Vec::new(),
            starts: Start::default(),
        })
    }

    /// The table of the README.
    pub fn markdown(&self) -> String {
        let mut text = "| | CPUs | time | lowest–highest | peak memory | files' bytes | likeness |\n\
                        |---|--:|--:|--:|--:|--:|--:|\n"
            .to_owned();
        for row in &self.rows {
            let (low, high) = row.wall_ms.range();
            let _ = writeln!(
                text,
                "| {}: {} | {} | {:.0} ms | {low:.0}–{high:.0} | {:.0} MB | {} | {:.4} |",
                row.task,
                row.way.name(),
                row.cpus,
                row.wall_ms.median(),
                megabytes(row.peak_bytes),
                row.bytes,
                row.ssim,
            );
        }
        for (name, series) in
            [("`stagedoor image`", &self.starts.ours_ms), ("node, sharp and 30 lines", &self.starts.sharp_ms)]
        {
            let (low, high) = series.range();
            let _ = writeln!(
                text,
                "| {COVER}, a whole process: {name} | 1 | {:.0} ms | {low:.0}–{high:.0} | | | |",
                series.median()
            );
        }
        text
    }

    /// What has to hold, on one CPU. Likenesses are compared by how much ours is less than the other's.
    pub fn limits(&self) -> Vec<Limit> {
        let ours = |task| self.row(task, Way::Ours);
        let speed = |task, way| Some(self.row(task, way)?.wall_ms.median() / ours(task)?.wall_ms.median());
        let memory = |task, way| Some(megabytes(ours(task)?.peak_bytes) / megabytes(self.row(task, way)?.peak_bytes));
        let lost = |task, way| Some(self.row(task, way)?.ssim - ours(task)?.ssim);
        let whole = self.starts.sharp_ms.median() / self.starts.ours_ms.median();
        vec![
            Limit::at_least("512² JPEG, times sharp's speed", 1.15, speed(COVER, Way::SharpSingle)),
            Limit::at_most("512² JPEG, share of sharp's memory", 1.0 / 3.0, memory(COVER, Way::SharpSingle)),
            Limit::at_most("512² JPEG, likeness lost against sharp", 0.002, lost(COVER, Way::SharpSingle)),
            Limit::at_least("ladder, times the speed of sharp's one decode", 1.3, speed(LADDER, Way::SharpOnce)),
            Limit::at_least("ladder, times the speed of sharp's decode for each", 2.0, speed(LADDER, Way::SharpSingle)),
            Limit::at_most("ladder, share of the memory of sharp's one decode", 0.25, memory(LADDER, Way::SharpOnce)),
            Limit::at_most("ladder, likeness lost against sharp's one decode", 0.002, lost(LADDER, Way::SharpOnce)),
            Limit::at_least("a whole process, times the speed of node and sharp", 2.5, Some(whole)),
        ]
    }

    fn row(&self, task: &str, way: Way) -> Option<&Measured> {
        self.rows.iter().find(|row| row.task == task && row.way == way && row.cpus == 1)
    }
}

#[allow(clippy::cast_precision_loss)]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
