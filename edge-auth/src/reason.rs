use std::fmt;

use serde::Serialize;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $message:literal;)*) => {
        /// Why a decision fell as it did. The names are stable: people filter logs and write clients by them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable `snake_case` name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One sentence for the person or the program that is refused; says nothing of the token's content.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)* }
            }
        }
    };
}

reasons! {
    /// Forwarded: the route is open to everybody.
    Anyone = "anyone", "This is open to everybody.";
    /// Forwarded: the rule holds.
    Permitted = "permitted", "You may see this.";
    /// Forwarded: the policy's mode is `off`.
    Off = "off", "Nothing is checked here.";
    /// Answered: a preflight of an allowed origin.
    Preflight = "preflight", "Scripts of this origin may ask.";
    /// Answered: a redirect to the same thing with a playback pass.
    PassMade = "pass_made", "Playing.";
    /// Answered: a page or redirect of sign-in itself.
    SignIn = "sign_in", "Signing in.";
    /// Answered: signed in, on to the wanted page.
    SignedIn = "signed_in", "You are signed in.";
    /// Answered: the session was renewed.
    Renewed = "renewed", "Your session was renewed.";
    /// Answered: the session needs no renewal.
    StillValid = "still_valid", "Your session is still valid.";
    /// Answered: signed out.
    SignedOut = "signed_out", "You are signed out.";
    /// No credential at all.
    NoToken = "no_token", "Sign in to see this.";
    /// Two cookies of one name disagree.
    AmbiguousCookie = "ambiguous_cookie", "Your browser sent two different sign-in cookies. Sign out and in again.";
    /// Not a compact JWS with strict JSON inside.
    TokenMalformed = "token_malformed", "The token is not a well-formed JSON Web Token.";
    /// Longer than the policy's `max_bytes`.
    TokenTooLarge = "token_too_large", "The token is too large.";
    /// `alg` is not RS256.
    AlgNotAllowed = "alg_not_allowed", "The token must be signed with RS256.";
    /// `crit`, `b64`, `zip`, a foreign `typ`, or no usable `kid`.
    HeaderNotAllowed = "header_not_allowed", "The token's header asks for something that is not allowed.";
    /// The issuer has no key of that `kid`.
    KeyUnknown = "key_unknown", "The token is signed with a key that its issuer does not publish.";
    /// The signature does not hold.
    SignatureInvalid = "signature_invalid", "The token's signature is not valid.";
    /// `iss` is none of the configured ones.
    IssuerUnknown = "issuer_unknown", "The token comes from an issuer that is not accepted here.";
    /// `exp` has passed.
    TokenExpired = "token_expired", "Your session has expired. Sign in again.";
    /// The token was signed out in this instance.
    TokenSignedOut = "token_signed_out", "You have signed out. Sign in again.";
    /// `nbf` or `iat` lies in the future.
    TokenNotYetValid = "token_not_yet_valid", "The token is not valid yet.";
    /// An ID token where an access token is wanted, or the other way round.
    TokenUseWrong = "token_use_wrong", "This kind of token is not accepted here.";
    /// `client_id` or `aud` is none of the issuer's configured clients.
    ClientUnknown = "client_unknown", "The token was issued to an application that is not accepted here.";
    /// A claim is missing that must be there, or has the wrong type.
    ClaimMalformed = "claim_malformed", "A claim of the token is missing or has the wrong type.";
    /// A valid token without the right.
    NotPermitted = "not_permitted", "Your account may not see this.";
    /// A cookie-authorised write that another site may have sent.
    CrossSite = "cross_site", "This change was asked for by another site.";
    /// A preflight of an origin that is not allowed.
    CorsOrigin = "cors_origin", "Scripts of this origin may not ask.";
    /// A path with more than one reading.
    PathNotCanonical = "path_not_canonical", "The address is not in its canonical form.";
    /// The route does not have this method.
    MethodNotAllowed = "method_not_allowed", "This method is not available here.";
    /// No route speaks of this path.
    NoRoute = "no_route", "There is nothing at this address.";
    /// No playback pass, or one that is none.
    PassMalformed = "pass_malformed", "The playback link is not valid.";
    /// The ring has no key of that name, or its time is over.
    PassKeyUnknown = "pass_key_unknown", "The playback link is no longer accepted.";
    /// The pass was not made with its key, or was changed since.
    PassSignatureInvalid = "pass_signature_invalid", "The playback link is not genuine.";
    /// `exp` has passed.
    PassExpired = "pass_expired", "The playback link has expired.";
    /// `nbf` or `iat` lies in the future.
    PassNotYetValid = "pass_not_yet_valid", "The playback link is not valid yet.";
    /// The path is not one of the pass.
    PassPath = "pass_path", "The playback link is for something else.";
    /// The method is not one of the pass.
    PassMethod = "pass_method", "The playback link allows no such method.";
    /// The client's address is not one of the pass.
    PassNetwork = "pass_network", "The playback link is for another network.";
    /// The pass, or all of its person, was revoked.
    PassRevoked = "pass_revoked", "The playback link was withdrawn.";
    /// The key ring or a revocation could not be read.
    PassUnavailable = "pass_unavailable", "Playback links cannot be checked right now.";
    /// The sign-in's state is missing, foreign, used up or too old.
    StateInvalid = "state_invalid", "This sign-in has expired or was started in another browser.";
    /// The identity provider refused, or its answer could not be trusted.
    SignInFailed = "sign_in_failed", "Signing in did not work.";
    /// The identity provider did not renew the session.
    RenewalFailed = "renewal_failed", "Your session could not be renewed. Sign in again.";
    /// The identity provider did not answer.
    ProviderUnavailable = "provider_unavailable", "The sign-in service does not answer. Try again in a moment.";
    /// There is no key to judge tokens by.
    KeysUnavailable = "keys_unavailable", "Tokens cannot be checked right now. Try again in a moment.";
    /// The event is none that CloudFront sends.
    EventMalformed = "event_malformed", "The request could not be read.";
}

impl Reason {
    /// The HTTP status of a refusal.
    pub const fn status(self) -> u16 {
        match self {
            Self::PathNotCanonical | Self::StateInvalid | Self::EventMalformed => 400,
            Self::NotPermitted
            | Self::CrossSite
            | Self::CorsOrigin
            | Self::NoRoute
            | Self::PassMalformed
            | Self::PassKeyUnknown
            | Self::PassSignatureInvalid
            | Self::PassExpired
            | Self::PassNotYetValid
            | Self::PassPath
            | Self::PassMethod
            | Self::PassNetwork
            | Self::PassRevoked => 403,
            Self::MethodNotAllowed => 405,
            Self::SignInFailed => 502,
            Self::KeysUnavailable | Self::ProviderUnavailable | Self::PassUnavailable => 503,
            _ => 401,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
