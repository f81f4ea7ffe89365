//! What a person sees while files are on their way: bars on a terminal, nothing elsewhere.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// All bars.
pub struct Progress {
    bars: MultiProgress,
    total: ProgressBar,
}

/// One file's bar. Cheap to clone.
#[derive(Clone)]
pub struct Bar {
    file: ProgressBar,
    total: ProgressBar,
    /// What went out by this handle.
    done: Arc<AtomicU64>,
}

impl Progress {
    pub fn new() -> Self {
        let seen = std::io::stderr().is_terminal();
        let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let total =
            bars.add(ProgressBar::new(0).with_style(style("{bar:24} {percent:>3}% {binary_bytes_per_sec} {eta} all")));
        Self { bars, total }
    }

    pub fn add(&self, name: &str, size: u64) -> Bar {
        self.total.inc_length(size);
        let style = style("{bar:24} {percent:>3}% {binary_bytes}/{binary_total_bytes} {wide_msg}");
        let file = ProgressBar::new(size).with_style(style).with_message(name.to_owned());
        let file = self.bars.insert_before(&self.total, file);
        Bar { file, total: self.total.clone(), done: Arc::default() }
    }

    /// Says something without tearing the bars.
    pub fn say(&self, line: &str) {
        self.bars.suspend(|| eprintln!("{line}"));
    }

    pub fn end(&self) {
        self.total.finish_and_clear();
    }
}

impl Bar {
    /// A bar that nobody sees.
    pub fn hidden() -> Self {
        Self { file: ProgressBar::hidden(), total: ProgressBar::hidden(), done: Arc::default() }
    }

    pub fn advance(&self, bytes: u64) {
        self.file.inc(bytes);
        self.total.inc(bytes);
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The same bar for one request, which alone is taken back where that fails.
    pub fn part(&self) -> Self {
        Self { done: Arc::default(), ..self.clone() }
    }

    /// What went out by this handle, bytes.
    pub fn sent(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Takes back what went out by this handle.
    pub fn retract(&self) {
        let bytes = self.done.swap(0, Ordering::Relaxed);
        self.file.dec(bytes);
        self.total.dec(bytes);
    }

    /// From the beginning.
    pub fn restart(&self) {
        let shown = self.file.position();
        self.file.dec(shown);
        self.total.dec(shown);
    }

    pub fn end(&self) {
        self.file.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
