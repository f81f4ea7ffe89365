//! From a password to the end of a sign-in: what the JSON API and the hosted pages have in common.

use super::directory::{Challenge, Factor, Step, User, UserStatus};
use super::passwords::{KeptPassword, PasswordHash};
use super::secrets::{digest, random_token};
use super::srp::{Challenge as SrpChallenge, Claimant, Proof};
use super::verification::{CodeDelivery, random_code};
use super::{Client, Identity, IdentityError, SecondFactor};

/// As long as Cognito gives for each step.
const CHALLENGE_SECONDS: u64 = 180;

/// Where a sign-in has got to.
pub(super) enum SignIn {
    /// The person is who they say.
    Done(User),
    /// Something is still to be answered.
    Challenged(Challenged),
}

/// What a person is asked for next.
pub(super) struct Challenged {
    pub(super) user: User,
    pub(super) step: Step,
    /// The secret that names the sign-in.
    pub(super) session: String,
    /// Where a code went.
    pub(super) delivery: Option<CodeDelivery>,
}

/// Why a password led nowhere.
pub(super) enum SignInError {
    /// It is not theirs, or there is no such user.
    WrongPassword,
    /// Too many tries; the time to wait has not passed.
    Locked,
    Disabled,
    /// The address was never confirmed.
    Unconfirmed,
    /// A temporary password whose week is over.
    Expired,
    Internal(IdentityError),
}

impl From<IdentityError> for SignInError {
    fn from(error: IdentityError) -> Self {
        Self::Internal(error)
    }
}

impl Identity {
    /// Begins a sign-in with a password that has arrived. An unknown name takes as long as a wrong password.
    pub(super) fn sign_in(&self, username: &str, password: &str, client: &Client) -> Result<SignIn, SignInError> {
        let user = self.authenticate(username, password)?;
        self.after_password(user, client)
    }

    /// The user of that name, if the password is theirs; a wrong one counts.
    pub(super) fn authenticate(&self, username: &str, password: &str) -> Result<User, SignInError> {
        let user = self.user(username);
        // A user has two names; both count as one.
        let counted = user.as_ref().map_or(username, |user| &user.username).to_owned();
        self.attempts.begin(&counted, self.now()).map_err(|_| SignInError::Locked)?;
        let hash = user.as_ref().map_or_else(PasswordHash::decoy, |user| user.password.clone());
        let user = user.filter(|_| hash.verify(password)).ok_or(SignInError::WrongPassword)?;
        self.attempts.forgive(&counted);
        if user.srp.is_none() {
            self.keep_verifier(&user, password)?;
        }
        Ok(user)
    }

    /// Gives a user of before SRP what it needs of the password that was just right.
    fn keep_verifier(&self, user: &User, password: &str) -> Result<(), IdentityError> {
        let (_, verifier) = KeptPassword::new(&user.sub, password)?.into_parts();
        self.store.change(self.now(), |directory| {
            if let Some(known) = directory.user_mut(&user.sub).filter(|known| known.password == user.password) {
                known.srp = Some(verifier);
            }
        })
    }

    /// Begins a sign-in with a password that is to be proven by SRP; `None` where the client's public number (hexadecimal) is not
    /// usable. Whether there is such a user cannot be seen from the answer.
    pub(super) fn begin_srp(
        &self,
        username: &str,
        client_public: &str,
        client: &Client,
    ) -> Result<Option<SrpChallenge>, IdentityError> {
        let user = self.user(username);
        let known = user.and_then(|user| Some(Claimant::user(&user.username, &user.sub, user.srp?)));
        let claimant = known.unwrap_or_else(|| Claimant::nobody(&self.seed, username));
        self.proofs.begin(claimant, &client.id, client_public, self.now())
    }

    /// Goes on with the proof. `username` is the name as it was given, or `USER_ID_FOR_SRP`.
    pub(super) fn finish_srp(&self, username: &str, proof: &Proof<'_>, client: &Client) -> Result<SignIn, SignInError> {
        let (id, name) = self.proofs.claimant(proof.secret_block).ok_or(SignInError::WrongPassword)?;
        // What counts is who was to be proven, whatever name came with the proof.
        self.attempts.begin(&name, self.now()).map_err(|_| SignInError::Locked)?;
        let proven = self.proofs.prove(&client.id, proof, self.now());
        let named = username == id || name.to_lowercase() == username.to_lowercase();
        let proven = proven.filter(|_| named).ok_or(SignInError::WrongPassword)?;
        self.attempts.forgive(&proven);
        let user = self.user(&proven).ok_or(SignInError::WrongPassword)?;
        self.after_password(user, client)
    }

    /// What follows a right password.
    fn after_password(&self, user: User, client: &Client) -> Result<SignIn, SignInError> {
        if !user.enabled {
            return Err(SignInError::Disabled);
        }
        match user.status {
            UserStatus::Unconfirmed => Err(SignInError::Unconfirmed),
            UserStatus::ForceChangePassword if user.password_is_past(self.now()) => Err(SignInError::Expired),
            UserStatus::ForceChangePassword => Ok(self.challenge(user, client, Step::NewPassword)?),
            UserStatus::Confirmed => Ok(self.second_factor(user, client)?),
        }
    }

    /// Asks for the second factor, where there is one or has to be.
    pub(super) fn second_factor(&self, user: User, client: &Client) -> Result<SignIn, IdentityError> {
        let factors = &user.factors;
        let sms = factors.sms_enabled && user.attribute("phone_number").is_some();
        let totp = factors.totp_enabled && factors.totp_key.is_some();
        match (sms, totp, factors.preferred) {
            (true, true, None) => self.challenge(user, client, Step::Choice),
            (true, true, Some(Factor::Sms)) | (true, false, _) => self.challenge_by_sms(user, client),
            (_, true, _) => self.challenge(user, client, Step::Totp),
            (false, false, _) if self.config.rules.second_factor == SecondFactor::Required => {
                self.challenge(user, client, Step::SetUp { key: None, proven: false })
            }
            (false, false, _) => {
                self.attempts.succeeded(&user.username);
                Ok(SignIn::Done(user))
            }
        }
    }

    /// Asks for a code and sends it.
    pub(super) fn challenge_by_sms(&self, user: User, client: &Client) -> Result<SignIn, IdentityError> {
        let code = random_code()?;
        let delivery = self.send_sign_in_code(&user, &code)?;
        let challenged = self.challenge(user, client, Step::Sms { code: digest(&code) })?;
        Ok(match challenged {
            SignIn::Challenged(challenged) => SignIn::Challenged(Challenged { delivery, ..challenged }),
            done @ SignIn::Done(_) => done,
        })
    }

    /// Notes what is asked of `user` next; the secret in the answer is good for three minutes.
    pub(super) fn challenge(&self, user: User, client: &Client, step: Step) -> Result<SignIn, IdentityError> {
        let (now, session) = (self.now(), random_token()?);
        let challenge = Challenge {
            username: user.username.clone(),
            client_id: client.id.clone(),
            expires_at: now + CHALLENGE_SECONDS,
            step: step.clone(),
            failures: 0,
        };
        self.store.change(now, |directory| directory.challenges.insert(digest(&session), challenge))?;
        Ok(SignIn::Challenged(Challenged { user, step, session, delivery: None }))
    }
}
