use std::fmt::Write as _;

use bench::limits::Limit;
use bench::machine::Machine;
use serde::Serialize;

use crate::link::Passed;
use crate::ours::Ours;
use crate::poster::{Poster, Posters};
use crate::previews::Previews;
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
    pub packets_identical_theirs: bool,
    pub ours: Ours,
    pub theirs: Theirs,
    pub posters: Posters,
    pub previews: Previews,
}

impl Report {
    #[allow(clippy::cast_precision_loss, reason = "megabytes")]
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
        let same = |identical: bool| if identical { "identical" } else { "not identical" }.to_owned();
        let name = format!("{} packets", self.packets);
        line(&name, same(self.packets_identical), same(self.packets_identical_theirs), None);
        let Posters { ours, theirs, all } = &self.posters;
        let _ = write!(
            text,
            "\nA poster of it, as JPEG:\n\n| | `stagedoor video --only poster-jpeg` | `ffmpeg -ss 1` | times less |\n|---|--:|--:|--:|\n"
        );
        let mut line = |name: &str, ours: String, theirs: String, ratio: f64| {
            let _ = writeln!(text, "| {name} | {ours} | {theirs} | {ratio:.1} × |");
        };
        line("time", milliseconds(ours), milliseconds(theirs), self.sooner());
        let ratio = through(&theirs.passed) / through(&ours.passed);
        line("bytes over the link", megabytes(&ours.passed), megabytes(&theirs.passed), ratio);
        let _ = writeln!(text, "\nAs WebP and JPEG, with its thumbnail (`--only poster`): {}.", milliseconds(all));
        let Previews { seconds, passed, keyframe_bytes, pictures, .. } = &self.previews;
        let _ = write!(
            text,
            "\n{pictures} small pictures for the seek bar of a film of an hour, and one that moves: {seconds:.1} s, {} over the link; all \
             its keyframes have {:.1} MB.\n",
            megabytes(passed),
            *keyframe_bytes as f64 / 1e6
        );
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
            Limit::at_most("poster, MB over the link", 4.0, Some(through(&self.posters.ours.passed) / 1e6)),
            Limit::at_least("poster, times ffmpeg's speed", 3.0, Some(self.sooner())),
            Limit::at_most("small pictures, seconds", 60.0, Some(self.previews.seconds)),
            Limit::at_most("small pictures, share of the keyframes' bytes and 8 MB", 1.0, Some(self.share())),
        ]
    }

    fn sooner(&self) -> f64 {
        self.posters.theirs.median() / self.posters.ours.median()
    }

    /// The index has to be read as well, and heads of requests are counted: 8 MB are allowed for both.
    #[allow(clippy::cast_precision_loss, reason = "megabytes")]
    fn share(&self) -> f64 {
        through(&self.previews.passed) / (self.previews.keyframe_bytes as f64 + 8e6)
    }

    fn fewer_bytes(&self) -> f64 {
        through(&self.theirs.passed) / through(&self.ours.passed)
    }

    fn less_time(&self) -> f64 {
        self.theirs.seconds() / self.ours.seconds
    }
}

fn milliseconds(poster: &Poster) -> String {
    format!("{:.0} ms", poster.median() * 1e3)
}

/// Both ways.
#[allow(clippy::cast_precision_loss, reason = "megabytes")]
fn through(passed: &Passed) -> f64 {
    (passed.bytes_up + passed.bytes_down) as f64
}
