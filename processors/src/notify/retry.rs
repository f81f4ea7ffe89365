use std::str::FromStr;
use std::time::Duration;

use catalog::UnixMillis;

use super::Answer;

/// The longest pause that one may set, and that a receiver may ask for.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// How long a webhook that did not take a message is left alone, before the second attempt, the third, and so on. After as
/// many attempts and one, the message is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pauses(Vec<Duration>);

impl Default for Pauses {
    /// 5 seconds, 5 minutes, half an hour, 2 hours, 5 hours and twice 10 hours: eight attempts in a day and four hours.
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        Self(vec![
            Duration::from_secs(5),
            minutes(5),
            minutes(30),
            minutes(120),
            minutes(300),
            minutes(600),
            minutes(600),
        ])
    }
}

impl FromStr for Pauses {
    type Err = &'static str;

    /// Whole seconds with commas between: `5,300,1800`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pause = |seconds: &str| Some(Duration::from_secs(seconds.trim().parse().ok()?)).filter(|p| *p <= LONGEST);
        let pauses: Option<Vec<_>> = text.split(',').map(pause).collect();
        pauses.map(Self).ok_or("expected whole seconds up to a day, with commas between, such as 5,300,1800")
    }
}

/// What follows from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver took it.
    Delivered,
    /// It is tried again.
    Again {
        /// When.
        at: UnixMillis,
    },
    /// That was the last attempt.
    GivenUp,
    /// The receiver wants nothing any more (410).
    Unwanted,
}

/// What follows from attempt `number` (from 1) that was answered so at `now`. `chance` makes the pause up to a tenth longer,
/// so that what failed together does not come back together.
pub fn verdict(answer: &Answer, number: u32, pauses: &Pauses, now: UnixMillis, chance: u8) -> Verdict {
    let asked = match answer {
        Answer::Status { status: 200..=299, .. } => return Verdict::Delivered,
        Answer::Status { status: 410, .. } => return Verdict::Unwanted,
        Answer::Status { retry_after, .. } => retry_after.unwrap_or_default().min(LONGEST),
        Answer::None(_) => Duration::ZERO,
    };
    let index = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(pause) = pauses.0.get(index) else { return Verdict::GivenUp };
    let more = *pause * u32::from(chance) / (10 * u32::from(u8::MAX));
    let pause = pause.saturating_add(more).max(asked);
    Verdict::Again { at: now.saturating_add(UnixMillis::try_from(pause.as_millis()).unwrap_or(UnixMillis::MAX)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::notify::Unanswered;

    const NOW: UnixMillis = 1_000_000;

    fn status(status: u16) -> Answer {
        Answer::Status { status, retry_after: None }
    }

    /// The pauses of a receiver that always answers so, in seconds.
    fn course(answer: &Answer, pauses: &Pauses, chance: u8) -> (Vec<i64>, Verdict) {
        let mut waits = Vec::new();
        loop {
            let number = u32::try_from(waits.len() + 1).unwrap();
            match verdict(answer, number, pauses, NOW, chance) {
                Verdict::Again { at } => waits.push((at - NOW) / 1_000),
                end => return (waits, end),
            }
        }
    }

    #[test]
    fn a_receiver_that_fails_is_tried_for_more_than_a_day() {
        let waits = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
        for answer in [status(500), status(301), status(404), Answer::None(Unanswered::Timeout)] {
            assert_eq!(course(&answer, &Pauses::default(), 0), (waits.to_vec(), Verdict::GivenUp), "{answer:?}");
        }
    }

    #[test]
    fn chance_makes_a_pause_up_to_a_tenth_longer() {
        let pauses: Pauses = "10, 1000".parse().unwrap();
        assert_eq!(course(&status(500), &pauses, 0).0, [10, 1_000]);
        assert_eq!(course(&status(500), &pauses, 51).0, [10, 1_020]);
        assert_eq!(course(&status(500), &pauses, u8::MAX).0, [11, 1_100]);
    }

    #[test]
    fn any_2xx_takes_the_message_and_410_all_of_them() {
        for code in [200, 201, 202, 204, 299] {
            assert_eq!(verdict(&status(code), 1, &Pauses::default(), NOW, 0), Verdict::Delivered, "{code}");
        }
        assert_eq!(verdict(&status(410), 1, &Pauses::default(), NOW, 0), Verdict::Unwanted);
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_but_not_for_all_of_it() {
        let after = |seconds| Answer::Status { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
        for (asked, waits) in [(2, [5, 10]), (7, [7, 10]), (u64::MAX, [86_400, 86_400])] {
            assert_eq!(course(&after(asked), &"5,10".parse().unwrap(), 0).0, waits, "{asked}");
        }
    }

    #[test]
    fn pauses_are_whole_seconds() {
        for text in ["", "1,", "1;2", "-1", "1.5", "86401", "soon"] {
            assert!(text.parse::<Pauses>().is_err(), "{text}");
        }
        assert_eq!("0,86400".parse::<Pauses>().unwrap(), Pauses(vec![Duration::ZERO, LONGEST]));
    }
}
