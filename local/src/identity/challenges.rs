//! Answers to what a sign-in waits for.

use super::directory::{Challenge, Directory, Factor, Step, User, UserStatus};
use super::passwords::{KeptPassword, check_policy};
use super::second_factor::{accepts, new_key};
use super::secrets::{digest, random_token, same};
use super::sign_in::SignIn;
use super::{Client, Identity, IdentityError};

/// So many wrong codes end a sign-in.
const MOST_FAILURES: u8 = 5;

/// Whose sign-in is answered.
pub(super) struct Answering<'a> {
    /// The secret that names it.
    pub(super) session: &'a str,
    pub(super) client: &'a Client,
    /// Whoever answers says so too, where the API asks for it.
    pub(super) username: Option<&'a str>,
}

/// Why an answer was not taken.
pub(super) enum ChallengeError {
    /// The sign-in is unknown, past, at another step, or someone else's.
    Invalid,
    /// The code is wrong; there may be another try.
    WrongCode,
    /// The policy refuses the password; the sign-in stays open.
    Password(&'static str),
    Internal(IdentityError),
}

impl From<IdentityError> for ChallengeError {
    fn from(error: IdentityError) -> Self {
        Self::Internal(error)
    }
}

impl Answering<'_> {
    fn open(&self, directory: &Directory, now: u64) -> Option<(Challenge, User)> {
        let challenge = directory.challenges.get(&digest(self.session))?;
        let user = directory.user(&challenge.username)?;
        let same_name = |name: &str| name.to_lowercase() == user.username.to_lowercase() || name == user.sub;
        let named = self.username.is_none_or(same_name);
        let live = challenge.expires_at > now && challenge.client_id == self.client.id && user.enabled;
        (named && live).then(|| (challenge.clone(), user.clone()))
    }
}

impl Identity {
    /// Takes the new password of somebody whose own was a temporary one. One that the policy refuses leaves the sign-in open.
    pub(super) fn answer_new_password(
        &self,
        answering: &Answering<'_>,
        password: &str,
    ) -> Result<SignIn, ChallengeError> {
        let (now, is_asked) = (self.now(), |step: &Step| *step == Step::NewPassword);
        let (_, user) = self.open_challenge(answering, is_asked)?;
        check_policy(password).map_err(ChallengeError::Password)?;
        let kept = KeptPassword::new(&user.sub, password)?;
        let user = self.store.change(now, |directory| {
            let (_, user) = answering.open(directory, now).filter(|(challenge, _)| is_asked(&challenge.step))?;
            directory.challenges.remove(&digest(answering.session));
            let user = directory.user_mut(&user.username)?;
            user.take_password(kept, UserStatus::Confirmed, now);
            Some(user.clone())
        })?;
        Ok(self.second_factor(user.ok_or(ChallengeError::Invalid)?, answering.client)?)
    }

    /// Takes a code of the second factor that is asked for.
    pub(super) fn answer_code(
        &self,
        answering: &Answering<'_>,
        factor: Factor,
        code: &str,
    ) -> Result<SignIn, ChallengeError> {
        let (now, key) = (self.now(), digest(answering.session));
        let outcome = self.store.change(now, |directory| {
            let (challenge, user) = answering.open(directory, now).ok_or(ChallengeError::Invalid)?;
            let user = directory.user_mut(&user.username).ok_or(ChallengeError::Invalid)?;
            let good = match (&challenge.step, factor) {
                (Step::Sms { code: sent }, Factor::Sms) => same(sent, &digest(code)),
                (Step::Totp, Factor::Totp) => user.factors.takes(code, now),
                _ => return Err(ChallengeError::Invalid),
            };
            let user = user.clone();
            if good {
                directory.challenges.remove(&key);
                return Ok(user);
            }
            let open = directory.challenges.get_mut(&key).ok_or(ChallengeError::Invalid)?;
            open.failures += 1;
            if open.failures >= MOST_FAILURES {
                directory.challenges.remove(&key);
            }
            // Beside the sign-in it counts against the name: who knows the password may not try on for ever.
            let _ = self.attempts.begin(&user.username, now);
            Err(ChallengeError::WrongCode)
        })?;
        let user = outcome?;
        self.attempts.succeeded(&user.username);
        Ok(SignIn::Done(user))
    }

    /// Takes the choice of a second factor, and asks for it.
    pub(super) fn answer_choice(&self, answering: &Answering<'_>, factor: Factor) -> Result<SignIn, ChallengeError> {
        let (_, user) = self.open_challenge(answering, |step| *step == Step::Choice)?;
        self.store.change(self.now(), |directory| directory.challenges.remove(&digest(answering.session)))?;
        Ok(match factor {
            Factor::Sms => self.challenge_by_sms(user, answering.client)?,
            Factor::Totp => self.challenge(user, answering.client, Step::Totp)?,
        })
    }

    /// Hands out a key for an authenticator app in the middle of a sign-in: the key, base32, and the sign-in's new secret.
    pub(super) fn offer_key_in_sign_in(&self, session: &str) -> Result<(String, String), ChallengeError> {
        let key = new_key()?;
        let step = Step::SetUp { key: Some(key.clone()), proven: false };
        Ok((key, self.move_on(session, step, |_, _| true)?))
    }

    /// Takes the first code of that app: the sign-in's new secret.
    pub(super) fn prove_key_in_sign_in(&self, session: &str, code: &str) -> Result<String, ChallengeError> {
        let offered = self.store.read(|directory| directory.challenges.get(&digest(session)).map(|c| c.step.clone()));
        let Some(Step::SetUp { key: Some(key), .. }) = offered else { return Err(ChallengeError::Invalid) };
        if accepts(&key, code, self.now()).is_none() {
            return Err(ChallengeError::WrongCode);
        }
        let step = Step::SetUp { key: Some(key.clone()), proven: true };
        self.move_on(session, step, |old, _| matches!(old, Step::SetUp { key: Some(old), .. } if *old == key))
    }

    /// Ends the set-up and with it the sign-in: from now on the app is asked for.
    pub(super) fn answer_set_up(&self, answering: &Answering<'_>) -> Result<SignIn, ChallengeError> {
        let proven = |step: &Step| matches!(step, Step::SetUp { key: Some(_), proven: true });
        let (challenge, user) = self.open_challenge(answering, proven)?;
        let Step::SetUp { key: Some(key), .. } = challenge.step else { return Err(ChallengeError::Invalid) };
        let user = self.store.change(self.now(), |directory| {
            directory.challenges.remove(&digest(answering.session))?;
            let user = directory.user_mut(&user.username)?;
            (user.factors.totp_key, user.factors.totp_enabled) = (Some(key), true);
            Some(user.clone())
        })?;
        let user = user.ok_or(ChallengeError::Invalid)?;
        self.attempts.succeeded(&user.username);
        Ok(SignIn::Done(user))
    }

    fn open_challenge(
        &self,
        answering: &Answering<'_>,
        is_asked: impl Fn(&Step) -> bool,
    ) -> Result<(Challenge, User), ChallengeError> {
        let open = self.store.read(|directory| answering.open(directory, self.now()));
        open.filter(|(challenge, _)| is_asked(&challenge.step)).ok_or(ChallengeError::Invalid)
    }

    /// Puts a set-up one step further, under a new secret.
    fn move_on(
        &self,
        session: &str,
        step: Step,
        may: impl FnOnce(&Step, &Challenge) -> bool,
    ) -> Result<String, ChallengeError> {
        let (now, secret) = (self.now(), random_token()?);
        let moved = self.store.change(now, |directory| {
            let challenge = directory.challenges.remove(&digest(session)).filter(|open| open.expires_at > now)?;
            let may = matches!(challenge.step, Step::SetUp { .. }) && may(&challenge.step, &challenge);
            may.then(|| directory.challenges.insert(digest(&secret), Challenge { step, ..challenge }))
        })?;
        moved.map(|_| secret).ok_or(ChallengeError::Invalid)
    }
}
