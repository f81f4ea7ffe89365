//! Our own decision, as a library: event bytes to answer bytes.

use std::hint::black_box;
use std::time::SystemTime;

use anyhow::{Result, anyhow, bail};
use bench::cpu;
use edge_auth::config::EdgeConfig;
use edge_auth::event::Outcome;
use edge_auth::{Memory, Moment, Step, decide_bytes};

/// A function instance and what is sent to it.
pub struct Ours<'e> {
    config: EdgeConfig,
    events: &'e [Vec<u8>],
}

impl<'e> Ours<'e> {
    /// Reads EDGE.json.
    pub fn new(edge_json: &[u8], events: &'e [Vec<u8>]) -> Result<Self> {
        let config = EdgeConfig::from_slice(edge_json).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            anyhow!("EDGE.json of this run: {}", lines.join("; "))
        })?;
        Ok(Self { config, events })
    }

    /// CPU µs a call where the function never saw the token before. Each pass over the events has a memory of its own.
    pub fn unseen(&self, calls: usize) -> Result<f64> {
        let moment = moment()?;
        let (mut left, before) = (calls, cpu::time());
        while left > 0 {
            let mut memory = Memory::new(&self.config);
            for event in self.events.iter().take(left) {
                decide(event, &self.config, &mut memory, &moment)?;
            }
            left -= left.min(self.events.len());
        }
        Ok(cpu::per_call(cpu::time().saturating_sub(before), calls))
    }

    /// CPU µs a call where the function saw the token before: all but the first piece of a film.
    pub fn seen(&self, calls: usize) -> Result<f64> {
        let moment = moment()?;
        let event = self.events.first().ok_or_else(|| anyhow!("no events"))?;
        let mut memory = Memory::new(&self.config);
        decide(event, &self.config, &mut memory, &moment)?;
        let before = cpu::time();
        for _ in 0..calls {
            decide(event, &self.config, &mut memory, &moment)?;
        }
        Ok(cpu::per_call(cpu::time().saturating_sub(before), calls))
    }
}

/// One decision. Anything but letting the request through means that something else than a decision is measured.
fn decide(event: &[u8], config: &EdgeConfig, memory: &mut Memory, moment: &Moment) -> Result<()> {
    let verdict = decide_bytes(black_box(event), config, memory, moment);
    match verdict.step {
        Step::Done(outcome @ Outcome::Forward(_)) => {
            black_box(serde_json::to_vec(&outcome)?);
            Ok(())
        }
        _ => bail!("our own decision refused: {}", verdict.reason.as_str()),
    }
}

/// This moment, with randomness that need not be any: nobody signs in here.
fn moment() -> Result<Moment> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    Ok(Moment { now, entropy: [7; 96] })
}
