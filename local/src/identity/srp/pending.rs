//! Proofs of a password that have begun. They live for minutes and in memory alone.

use super::{Challenge, Claimant, Exchange, Proof};
use crate::identity::IdentityError;
use crate::identity::secrets::random_bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// As long as Cognito's sessions of an authentication.
const SECONDS: u64 = 180;
/// More at a time are no people who sign in.
const MOST: usize = 10_000;

/// What waits for its proof, by secret block.
#[derive(Default)]
pub(in crate::identity) struct PendingProofs(Mutex<HashMap<String, (u64, Exchange)>>);

impl PendingProofs {
    /// Begins one; `None` where the client's public number (hexadecimal) is not usable.
    pub(in crate::identity) fn begin(
        &self,
        claimant: Claimant,
        client_id: &str,
        client_public: &str,
        now: u64,
    ) -> Result<Option<Challenge>, IdentityError> {
        let Some(exchange) = Exchange::begin(claimant, client_id, client_public)? else { return Ok(None) };
        let secret_block = STANDARD.encode(random_bytes::<96>()?);
        let challenge = exchange.challenge(&secret_block);
        let mut pending = self.lock();
        pending.retain(|_, (begun, _)| *begun + SECONDS > now);
        if pending.len() >= MOST {
            pending.clear();
        }
        pending.insert(secret_block, (now, exchange));
        Ok(Some(challenge))
    }

    /// Who is to prove a password by that secret block: `USER_ID_FOR_SRP`, and the name under which failures count.
    pub(in crate::identity) fn claimant(&self, secret_block: &str) -> Option<(String, String)> {
        let pending = self.lock();
        let (_, exchange) = pending.get(secret_block)?;
        Some((exchange.claimant.id.clone(), exchange.claimant.name.clone()))
    }

    /// Judges a proof, once: right or wrong, there is no second attempt at the same exchange. The name of the user who has
    /// proven the password.
    pub(in crate::identity) fn prove(&self, client_id: &str, proof: &Proof<'_>, now: u64) -> Option<String> {
        let (begun, exchange) = self.lock().remove(proof.secret_block)?;
        let live = begun + SECONDS > now && exchange.client_id == client_id;
        exchange.proven(proof).filter(|_| live)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (u64, Exchange)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
