use std::fmt::Write as _;

use bench::limits::Limit;
use bench::machine::Machine;
use serde::Serialize;

use crate::link::Passed;
use crate::ours::Ours;
use crate::theirs::Theirs;

/// All that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    pub machine: Machine,
    pub ffmpeg: String,
    pub film_bytes: u64,
    pub link_bytes_a_second: u64,
    pub packets: usize,
    pub packets_identical: bool,
    pub ours: Ours,
    pub theirs: Theirs,
}

impl Report {
    pub fn markdown(&self) -> String {
        let (ours, theirs) = (&self.ours, &self.theirs);
        let mut text = format!(
            "A film of {} MB in S3, its index moved to the front:\n\n\
             | | Stagedoor | download, ffmpeg, upload | times less |\n|---|--:|--:|--:|\n",
            self.film_bytes / 1_000_000
        );
        let mut line = |name: &str, ours: String, theirs: String, ratio: Option<f64>| {
            let ratio = ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.0} ×"));
            let _ = writeln!(text, "| {name} | {ours} | {theirs} | {ratio} |");
        };
        let none = || "–".to_owned();
        let megabytes = |passed: &Passed| format!("{:.1} MB", through(passed) / 1e6);
        line("bytes through the program", megabytes(&ours.passed), megabytes(&theirs.passed), Some(self.fewer_bytes()));
        let theirs_s = format!("{:.2} s", theirs.seconds());
        line(
            "time, the store's own copying left out",
            format!("{:.2} s", ours.seconds),
            theirs_s,
            Some(self.less_time()),
        );
        line("the store's own copying", format!("{:.2} s", ours.passed.store_alone_s), none(), None);
        line("peak resident memory", format!("{} KiB", ours.peak_resident / 1024), none(), None);
        let same = if self.packets_identical { "identical" } else { "DIFFERENT" };
        line(&format!("{} packets", self.packets), same.to_owned(), same.to_owned(), None);
        text
    }

    pub fn limits(&self) -> Vec<Limit> {
        #[allow(clippy::cast_precision_loss, reason = "megabytes")]
        let resident = self.ours.peak_resident as f64 / 1e6;
        vec![
            Limit::at_most("MB through the program", 12.0, Some(through(&self.ours.passed) / 1e6)),
            Limit::at_most("MB resident at most", 48.0, Some(resident)),
            Limit::at_least("times fewer bytes", 20.0, Some(self.fewer_bytes())),
            Limit::at_least("times less time", 10.0, Some(self.less_time())),
            Limit::at_least("packets identical (1: yes)", 1.0, Some(f64::from(u8::from(self.packets_identical)))),
        ]
    }

    fn fewer_bytes(&self) -> f64 {
        through(&self.theirs.passed) / through(&self.ours.passed)
    }

    fn less_time(&self) -> f64 {
        self.theirs.seconds() / self.ours.seconds
    }
}

/// Both ways.
#[allow(clippy::cast_precision_loss, reason = "megabytes")]
fn through(passed: &Passed) -> f64 {
    (passed.bytes_up + passed.bytes_down) as f64
}
