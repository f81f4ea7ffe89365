//! What was measured: as a table for the README, as JSON to be kept, and against its limits.

use std::fmt::Write as _;

use bench::limits::Limit;
use bench::machine::Machine;
use bench::rows::{Row, table};
use serde::Serialize;

use crate::options::Sizes;

/// CloudFront's quota is 10,240; the rest is room for a policy with more routes than ours.
const MOST_BYTES: f64 = 8_000.0;

/// All of it.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Where and when.
    pub machine: Machine,
    /// The version of njs.
    pub njs: String,
    /// How much was done.
    pub sizes: Sizes,
    /// How long the function is that is deployed.
    pub emitted_bytes: usize,
    /// The comparison; the second row is the measure of the others.
    pub rows: Vec<Row>,
}

impl Report {
    fn measure(&self) -> f64 {
        self.rows.get(1).map_or(f64::NAN, |row| row.cpu_us.median())
    }

    /// What has to hold.
    pub fn limits(&self) -> [Limit; 2] {
        let ratio = self.rows.first().map(|row| row.cpu_us.median() / self.measure());
        #[allow(clippy::cast_precision_loss)]
        let bytes = Some(self.emitted_bytes as f64);
        [
            Limit::at_most("an ordinary pass, of a signed JSON token's time", 1.0, ratio),
            Limit::at_most("the function of the sample policy, bytes", MOST_BYTES, bytes),
        ]
    }

    /// For the README.
    pub fn markdown(&self) -> String {
        let mut text = table("CPU time a request, in njs", "of a JSON token's", &self.rows, self.measure());
        let Machine { cpu, cores, date, .. } = &self.machine;
        let Sizes { calls, rounds } = self.sizes;
        let (day, njs, bytes) = (date.get(..10).unwrap_or(date), &self.njs, self.emitted_bytes);
        let _ = writeln!(
            text,
            "\n{day}, {cpu}, {cores} cores, njs {njs}; {rounds} rounds of {calls} calls, less the parsing of the event; the function has {bytes} bytes."
        );
        text
    }
}
