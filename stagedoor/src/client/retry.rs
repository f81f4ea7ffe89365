use std::time::Duration;

use ring::rand::{SecureRandom as _, SystemRandom};

use super::ClientError;

/// Tries of one request: with the pauses between them about three minutes.
const TRIES: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(45);

/// Makes a request until it succeeds, fails for good, or has been tried often enough. The pauses double, and each is cut
/// by chance, so that clients who were thrown out together don't come back together.
///
/// # Errors
/// The last failure.
pub async fn patiently<T>(attempt: impl AsyncFnMut() -> Result<T, ClientError>) -> Result<T, ClientError> {
    pausing(attempt, tokio::time::sleep).await
}

/// [`patiently`], its pauses spent as `rest` says.
async fn pausing<T>(
    mut attempt: impl AsyncFnMut() -> Result<T, ClientError>,
    rest: impl AsyncFn(Duration),
) -> Result<T, ClientError> {
    let mut tried = 1;
    loop {
        match attempt().await {
            Err(error) if error.is_passing() && tried < TRIES => {
                let pause = pause(tried, chance());
                tracing::info!(%error, tried, pause_ms = pause.as_millis(), "a request failed and is tried again");
                rest(pause).await;
                tried = tried.saturating_add(1);
            }
            Err(error) if error.is_passing() => return Err(ClientError::GivenUp(error.to_string(), tried)),
            ended => return ended,
        }
    }
}

/// After that many tries; `chance` is 0 to 255.
fn pause(tried: u32, chance: u8) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1))).min(LONGEST_PAUSE);
    doubled.mul_f64(0.5 + f64::from(chance) / 510.0)
}

fn chance() -> u8 {
    let mut byte = [0];
    // Without chance the pauses are only less spread.
    let _ = SystemRandom::new().fill(&mut byte);
    byte.first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound_and_are_spread() {
        assert_eq!((pause(1, 0), pause(1, 255)), (FIRST_PAUSE / 2, FIRST_PAUSE));
        assert_eq!((pause(2, 0), pause(2, 255)), (FIRST_PAUSE, FIRST_PAUSE * 2));
        assert_eq!((pause(9, 255), pause(40, 255)), (LONGEST_PAUSE, LONGEST_PAUSE));
    }

    #[tokio::test]
    async fn what_passes_is_tried_again_and_what_does_not_is_not() {
        let mut calls = 0;
        let done = pausing(
            async || {
                calls += 1;
                if calls < 4 { Err(ClientError::Connection("cut off".to_owned())) } else { Ok(calls) }
            },
            async |_| (),
        );
        assert_eq!(done.await.unwrap(), 4);
        for (status, tries) in [(StatusCode::FORBIDDEN, 1), (StatusCode::BAD_GATEWAY, TRIES)] {
            let mut calls = 0;
            let refused = pausing(
                async || {
                    calls += 1;
                    Err::<(), _>(ClientError::refused(status, b""))
                },
                async |_| (),
            );
            let refused = refused.await.unwrap_err();
            assert!(!refused.is_passing() && refused.to_string().contains(status.as_str()), "{refused}");
            assert_eq!(calls, tries);
        }
    }
}
