//! Stretches of time.

use std::time::{Duration, Instant};

/// From when until when.
pub type Span = (Instant, Instant);

/// How long something of `first` went on while nothing of `second` did.
pub fn alone(first: &[Span], second: &[Span]) -> Duration {
    let (first, second) = (merged(first), merged(second));
    let mut alone: Duration = first.iter().map(|(start, end)| *end - *start).sum();
    for a in &first {
        for b in &second {
            let (start, end) = (a.0.max(b.0), a.1.min(b.1));
            alone -= end.saturating_duration_since(start);
        }
    }
    alone
}

/// In order, none of them touching another.
fn merged(spans: &[Span]) -> Vec<Span> {
    let mut sorted = spans.to_vec();
    sorted.sort();
    let mut merged: Vec<Span> = Vec::new();
    for (start, end) in sorted {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_counts_once_and_what_is_shared_not_at_all() {
        let zero = Instant::now();
        let spans = |list: &[(u64, u64)]| -> Vec<Span> {
            let at = |seconds| zero + Duration::from_secs(seconds);
            list.iter().map(|(start, end)| (at(*start), at(*end))).collect()
        };
        let seconds = |first: &[(u64, u64)], second: &[(u64, u64)]| alone(&spans(first), &spans(second)).as_secs();
        assert_eq!(seconds(&[], &[(0, 9)]), 0);
        assert_eq!(seconds(&[(1, 3), (2, 5), (7, 8)], &[]), 5);
        assert_eq!(seconds(&[(1, 3), (2, 5), (7, 8)], &[(0, 2), (4, 7), (6, 9)]), 2);
        assert_eq!(seconds(&[(1, 9)], &[(2, 3), (2, 4), (8, 20)]), 5);
    }
}
