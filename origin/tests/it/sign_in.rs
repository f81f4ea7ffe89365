//! Sign-in pages against a pool that answers as the test wants.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::pool::{Pool, at};
use crate::tokens::{access, access_in, claims, forge};
use crate::world::{ADA, Answer, World};

const PASSWORD: &str = "correct horse battery";

async fn world() -> (World, Pool) {
    let pool = Pool::default();
    (World::with_pages(pool.serve().await).await, pool)
}

/// A browser's way of sending a form from this site's own page.
async fn submit(world: &World, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", cookie);
    world.send(request.body(Body::from(body)).unwrap()).await
}

async fn show(world: &World, path: &str, cookie: &str) -> Answer {
    world.send(Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap()).await
}

async fn sign_in(world: &World) -> Answer {
    let fields = [("username", " ada@example.com "), ("password", PASSWORD), ("to", "/watch/7?t=3")];
    submit(world, "/login", "", &fields).await
}

/// `NAME=VALUE` of the cookies that an answer sets, and the whole lines.
fn cookies(answer: &Answer) -> Vec<(String, String)> {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap().to_owned());
    lines.map(|line| (line.split(';').next().unwrap().to_owned(), line)).collect()
}

/// The cookie that remembers the step.
fn step(answer: &Answer) -> String {
    let found = cookies(answer).into_iter().find(|(pair, _)| pair.starts_with("__Host-sign-in=") && pair.len() > 20);
    let (pair, line) = found.expect("a step");
    assert!(line.ends_with("; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Strict"), "{line}");
    pair
}

fn result(token: &str) -> Value {
    json!({"AuthenticationResult": {"AccessToken": token, "RefreshToken": "refresh-1", "ExpiresIn": 900}})
}

fn challenge(name: &str, parameters: &Value) -> Value {
    let mut all = parameters.clone();
    all["USER_ID_FOR_SRP"] = json!("u-1");
    json!({"ChallengeName": name, "ChallengeParameters": all, "Session": "session-one"})
}

/// Into the site: both cookies as the edge sets them, and the page that was wanted.
fn assert_signed_in(answer: &Answer, token: &str, to: &str) {
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, to));
    let lines: Vec<String> = cookies(answer).into_iter().map(|(_, line)| line).collect();
    let month = 30 * 86_400;
    let access = format!("__Host-sd-access={token}; Path=/; Max-Age={month}; HttpOnly; Secure; SameSite=Lax");
    let refresh =
        format!("__Secure-sd-refresh=refresh-1; Path=/_auth; Max-Age={month}; HttpOnly; Secure; SameSite=Lax");
    assert!(lines.contains(&access) && lines.contains(&refresh), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("__Host-sign-in=; ")), "the step is forgotten");
    assert!(!answer.body.contains(token));
}

fn assert_no_session(answer: &Answer) {
    assert!(cookies(answer).iter().all(|(pair, _)| !pair.contains("-sd-")), "{:?}", cookies(answer));
}

#[tokio::test]
async fn a_password_becomes_a_session_and_goes_nowhere() {
    let (world, pool) = world().await;
    let token = access(ADA, "ada");
    pool.begins_srp().answers("RespondToAuthChallenge", result(&token));
    assert_signed_in(&sign_in(&world).await, &token, "/watch/7?t=3");
    let asked = pool.asked();
    assert_eq!(asked[0].1["AuthParameters"]["USERNAME"], "ada@example.com");
    assert_eq!(asked[1].1["ChallengeResponses"]["USERNAME"], "u-1");
    assert!(!json!(asked.iter().map(|(_, body)| body).collect::<Vec<_>>()).to_string().contains("horse"));
}

#[tokio::test]
async fn the_form_leads_back_to_a_path_on_this_host_alone() {
    let (world, _) = world().await;
    let page = show(&world, "/login?to=%2Fwatch%2F7%3Ft%3D3", "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains(r#"name="to" value="/watch/7?t=3""#), "{}", page.body);
    for bad in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil", "%2F_auth%2Fsign-out"] {
        let page = show(&world, &format!("/login?to={bad}"), "").await;
        assert!(page.body.contains(r#"name="to" value="/""#) && !page.body.contains("evil"), "{bad}");
    }
    for part in ["style=", "<script", "onclick"] {
        assert!(!page.body.contains(part));
    }
}

#[tokio::test]
async fn a_form_of_another_site_signs_nobody_in() {
    let (world, pool) = world().await;
    let send = async |headers: &[(&str, &str)]| {
        let mut request = Request::post("/login").header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        world.send(request.body(Body::from("username=a&password=")).unwrap()).await.status
    };
    let host = ("x-stagedoor-host", "site.test");
    for refused in [
        vec![host],
        vec![host, ("sec-fetch-site", "cross-site")],
        vec![host, ("sec-fetch-site", "same-site"), ("origin", "https://site.test")],
        vec![host, ("origin", "https://evil.test")],
        vec![host, ("origin", "http://site.test")],
        vec![("origin", "https://site.test")],
    ] {
        assert_eq!(send(&refused).await, StatusCode::FORBIDDEN, "{refused:?}");
    }
    for taken in [vec![host, ("sec-fetch-site", "same-origin")], vec![host, ("origin", "https://site.test")]] {
        assert_eq!(send(&taken).await, StatusCode::UNPROCESSABLE_ENTITY, "{taken:?}");
    }
    assert_eq!(pool.asked(), []);
}

#[tokio::test]
async fn no_answer_says_whether_there_is_such_a_user() {
    let (world, pool) = world().await;
    let refusals = [
        ("NotAuthorizedException", "Incorrect username or password."),
        ("UserNotFoundException", "User does not exist."),
        ("NotAuthorizedException", "User is disabled."),
    ];
    let mut pages = Vec::new();
    for (name, message) in refusals {
        pool.begins_srp().refuses("RespondToAuthChallenge", name, message);
        let answer = sign_in(&world).await;
        assert_no_session(&answer);
        pages.push((answer.status, answer.body));
    }
    assert_eq!(pages[0].0, StatusCode::UNAUTHORIZED);
    assert!(pages[0].1.contains("do not match") && pages[0].1.contains("ada@example.com"));
    assert!(!pages[0].1.contains("horse"), "the password is not sent back");
    assert!(pages.iter().all(|page| page == &pages[0]));
    pool.begins_srp().refuses("RespondToAuthChallenge", "NotAuthorizedException", "Password attempts exceeded");
    assert_eq!(sign_in(&world).await.status, StatusCode::TOO_MANY_REQUESTS);

    let mut forgotten = Vec::new();
    for name in ["", "UserNotFoundException", "InvalidParameterException", "NotAuthorizedException"] {
        if name.is_empty() {
            pool.answers("ForgotPassword", json!({}));
        } else {
            pool.refuses("ForgotPassword", name, "x");
        }
        let answer = submit(&world, "/login/forgot", "", &[("username", "eve"), ("to", "/")]).await;
        forgotten.push((answer.status, answer.header("location").to_owned()));
    }
    assert!(forgotten.iter().all(|answer| *answer == (StatusCode::SEE_OTHER, "/login/reset".to_owned())));
}

#[tokio::test]
async fn a_temporary_password_is_replaced() {
    let (world, pool) = world().await;
    pool.begins_srp().answers("RespondToAuthChallenge", challenge("NEW_PASSWORD_REQUIRED", &json!({})));
    let asked = sign_in(&world).await;
    assert_eq!((asked.status, asked.header("location")), (StatusCode::SEE_OTHER, "/login/next"));
    let step = step(&asked);
    assert!(!step.contains("session-one") && !asked.body.contains("session-one"));
    let page = show(&world, "/login/next", &step).await;
    assert!(page.body.contains("Choose a password") && !page.body.contains("session-one"), "{}", page.body);
    pool.asked();

    pool.refuses(
        "RespondToAuthChallenge",
        "InvalidPasswordException",
        "Password did not conform with policy: Password not long enough",
    );
    let again = submit(&world, "/login/next", &step, &[("new_password", "short")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("This password cannot be taken: password not long enough."), "{}", again.body);
    let token = access(ADA, "ada");
    pool.answers("RespondToAuthChallenge", result(&token));
    let done = submit(&world, "/login/next", &step, &[("new_password", "long enough")]).await;
    assert_signed_in(&done, &token, "/watch/7?t=3");
    let asked = pool.asked();
    assert_eq!(
        (&asked[1].1["Session"], &asked[1].1["ChallengeResponses"]["NEW_PASSWORD"]),
        (&json!("session-one"), &json!("long enough"))
    );

    pool.refuses(
        "RespondToAuthChallenge",
        "NotAuthorizedException",
        "Invalid session for the user, session is expired.",
    );
    let over = submit(&world, "/login/next", &step, &[("new_password", "long enough")]).await;
    assert_eq!(over.status, StatusCode::BAD_REQUEST);
    assert!(over.body.contains("took too long"));
}

#[tokio::test]
async fn codes_of_phone_and_app_are_asked_for() {
    let (world, pool) = world().await;
    let sms = json!({"CODE_DELIVERY_DESTINATION": "+*******4567"});
    for (name, field, words) in [
        ("SMS_MFA", "SMS_MFA_CODE", "+*******4567"),
        ("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE", "authenticator app"),
    ] {
        pool.begins_srp().answers("RespondToAuthChallenge", challenge(name, &sms));
        let step = step(&sign_in(&world).await);
        let page = show(&world, "/login/next", &step).await;
        assert!(page.body.contains(words) && page.body.contains("one-time-code"), "{name}: {}", page.body);
        pool.refuses("RespondToAuthChallenge", "CodeMismatchException", "Invalid code received for user");
        let wrong = submit(&world, "/login/next", &step, &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_no_session(&wrong);
        let token = access(ADA, "ada");
        pool.answers("RespondToAuthChallenge", result(&token));
        assert_signed_in(&submit(&world, "/login/next", &step, &[("code", " 123 456")]).await, &token, "/watch/7?t=3");
        let asked = pool.asked();
        assert_eq!(asked.last().unwrap().1["ChallengeResponses"][field], "123456");
    }
    pool.begins_srp().answers("RespondToAuthChallenge", challenge("SELECT_MFA_TYPE", &json!({})));
    let choice = step(&sign_in(&world).await);
    pool.answers("RespondToAuthChallenge", challenge("SMS_MFA", &sms));
    let chosen = submit(&world, "/login/next", &choice, &[("factor", "SMS_MFA")]).await;
    assert!(show(&world, "/login/next", &step(&chosen)).await.body.contains("+*******4567"));
}

#[tokio::test]
async fn an_app_is_set_up_on_the_way_in() {
    let (world, pool) = world().await;
    let key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    pool.begins_srp().answers("RespondToAuthChallenge", challenge("MFA_SETUP", &json!({})));
    pool.answers("AssociateSoftwareToken", json!({"SecretCode": key, "Session": "session-two"}));
    let first = step(&sign_in(&world).await);
    let page = show(&world, "/login/next", &first).await;
    assert!(page.body.contains("GEZD GNBV GY3T QOJQ") && page.body.contains("<svg class=\"qr\""), "{}", page.body);
    pool.asked();
    pool.refuses("VerifySoftwareToken", "EnableSoftwareTokenMFAException", "Code mismatch");
    let wrong = submit(&world, "/login/next", &first, &[("code", "000000")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("GEZD GNBV"));
    let token = access(ADA, "ada");
    pool.answers("VerifySoftwareToken", json!({"Status": "SUCCESS", "Session": "session-three"}));
    pool.answers("RespondToAuthChallenge", result(&token));
    assert_signed_in(
        &submit(&world, "/login/next", &step(&wrong), &[("code", "123456")]).await,
        &token,
        "/watch/7?t=3",
    );
    let asked = pool.asked();
    assert_eq!((&asked[1].1["Session"], &asked[2].1["Session"]), (&json!("session-two"), &json!("session-three")));
}

#[tokio::test]
async fn a_step_is_good_for_ten_minutes_and_as_it_was_made() {
    let (world, pool) = world().await;
    pool.begins_srp().answers("RespondToAuthChallenge", challenge("SMS_MFA", &json!({})));
    let good = step(&sign_in(&world).await);
    assert_eq!(show(&world, "/login/next", &good).await.status, StatusCode::OK);
    let (start, end) = good.split_at(good.len() - 6);
    let other = if end.starts_with('A') { "B" } else { "A" };
    for bad in [
        String::new(),
        "__Host-sign-in=k.AAAA".into(),
        format!("{start}{other}{}", &end[1..]),
        format!("{good}; __Host-sign-in=x"),
    ] {
        assert_eq!(show(&world, "/login/next", &bad).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    // One of another page leads nowhere either.
    assert_eq!(show(&world, "/login/reset", &good).await.status, StatusCode::BAD_REQUEST);
    world.later(600_000);
    assert_eq!(show(&world, "/login/next", &good).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(submit(&world, "/login/next", &good, &[("code", "123456")]).await.status, StatusCode::BAD_REQUEST);
    pool.asked();
}

#[tokio::test]
async fn a_token_that_the_policy_refuses_is_no_session() {
    let (world, pool) = world().await;
    let groups: Vec<String> = (0..120).map(|n| format!("a-group-with-a-long-name-{n}")).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    for (token, words) in [
        (forge(&claims(ADA, "ada")), "cannot be trusted"),
        ("nonsense".to_owned(), "cannot be trusted"),
        (access_in(ADA, "ada", &groups), "too many groups"),
    ] {
        pool.begins_srp().answers("RespondToAuthChallenge", result(&token));
        let answer = sign_in(&world).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
        assert!(answer.body.contains(words), "{}", answer.body);
        assert_no_session(&answer);
    }
}

#[tokio::test]
async fn a_pool_that_does_not_answer_is_not_a_wrong_password() {
    let world = World::with_pages(at("http://127.0.0.1:1")).await;
    let answer = sign_in(&world).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("does not answer") && !answer.body.contains("do not match"));
    let answer = submit(&world, "/login/forgot", "", &[("username", "ada")]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew() {
    let (world, pool) = world().await;
    pool.answers("ForgotPassword", json!({}));
    let fields = [("username", "ada@example.com"), ("to", "/watch/7")];
    let step = step(&submit(&world, "/login/forgot", "", &fields).await);
    let page = show(&world, "/login/reset", &step).await;
    assert!(page.body.contains("If there is an account"));
    pool.refuses("ConfirmForgotPassword", "ExpiredCodeException", "x");
    let fields = [("code", "123 456"), ("new_password", "long enough")];
    let wrong = submit(&world, "/login/reset", &step, &fields).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("not good any more"));
    pool.answers("ConfirmForgotPassword", json!({}));
    let done = submit(&world, "/login/reset", &step, &fields).await;
    assert_eq!(done.header("location"), "/login?done=password&to=%2Fwatch%2F7");
    let asked = pool.asked();
    assert_eq!(
        (&asked[2].1["Username"], &asked[2].1["ConfirmationCode"]),
        (&json!("ada@example.com"), &json!("123456"))
    );
    assert!(show(&world, done.header("location"), "").await.body.contains("Your new password is set"));
}

#[tokio::test]
async fn somebody_signs_up_and_confirms() {
    let (world, pool) = world().await;
    let fields = [("email", "zoe@example.com"), ("name", "Zoe"), ("password", PASSWORD), ("to", "/")];
    let mut answers = Vec::new();
    for exists in [false, true] {
        if exists {
            pool.refuses("SignUp", "UsernameExistsException", "User already exists");
        } else {
            pool.answers("SignUp", json!({"UserConfirmed": false, "UserSub": "s"}));
        }
        let answer = submit(&world, "/login/sign-up", "", &fields).await;
        answers.push((answer.status, answer.header("location").to_owned(), step(&answer)));
    }
    assert_eq!((answers[0].0, answers[0].1.as_str()), (StatusCode::SEE_OTHER, "/login/confirm"));
    assert_eq!(answers[0].1, answers[1].1, "whoever has an account is not told to strangers");
    let step = &answers[0].2;
    pool.refuses("ConfirmSignUp", "CodeMismatchException", "x");
    assert!(submit(&world, "/login/confirm", step, &[("code", "1")]).await.body.contains("not right"));
    pool.answers("ResendConfirmationCode", json!({}));
    assert_eq!(submit(&world, "/login/resend", step, &[]).await.header("location"), "/login/confirm?sent");
    pool.answers("ConfirmSignUp", json!({}));
    let done = submit(&world, "/login/confirm", step, &[("code", "123456")]).await;
    assert_eq!(done.header("location"), "/login?done=confirmed&to=%2F");
    pool.refuses("SignUp", "NotAuthorizedException", "SignUp is not permitted for this user pool");
    assert_eq!(submit(&world, "/login/sign-up", "", &fields).await.status, StatusCode::FORBIDDEN);
    // Whoever has not confirmed is sent there from signing in.
    pool.begins_srp().refuses("RespondToAuthChallenge", "UserNotConfirmedException", "User is not confirmed.");
    assert_eq!(sign_in(&world).await.header("location"), "/login/confirm");
    pool.asked();
}

#[tokio::test]
async fn pages_that_are_off_are_not_there() {
    let pool = Pool::default();
    let closed = World::with_pages(origin::UserPool { sign_up: false, ..pool.serve().await }).await;
    assert_eq!(show(&closed, "/login/sign-up", "").await.status, StatusCode::UNAUTHORIZED);
    assert!(!show(&closed, "/login", "").await.body.contains("sign-up"));
    // Where people sign in elsewhere there is no page here at all.
    let hosted = World::new().await;
    for path in ["/login", "/login/forgot", "/login/next"] {
        assert_eq!(show(&hosted, path, "").await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(hosted.get(ADA, "/security").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_signed_in_person_looks_after_their_account() {
    let (world, pool) = world().await;
    let token = access(ADA, "ada");
    let send = async |method: &str, path: &str, cookie: &str, body: &str| {
        let request = Request::builder().method(method).uri(path).header("x-stagedoor-token", &token);
        let request = request.header("sec-fetch-site", "same-origin").header("cookie", cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        world.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let user = json!({"Username": "ada", "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}]});
    pool.answers("GetUser", user.clone());
    let page = send("GET", "/security", "", "").await;
    assert!(page.body.contains("is not confirmed yet") && page.body.contains("Set up an app"), "{}", page.body);
    assert!(!page.body.contains(&token));
    pool.refuses("ChangePassword", "NotAuthorizedException", "Incorrect username or password.")
        .answers("GetUser", user);
    let wrong = send("POST", "/security/password", "", "password=a&new_password=b").await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("not your password of today"));
    pool.answers("ChangePassword", json!({}));
    let done = send("POST", "/security/password", "", "password=a&new_password=b").await;
    assert_eq!(done.header("location"), "/security?done=password");
    pool.asked();

    pool.answers("AssociateSoftwareToken", json!({"SecretCode": "GEZDGNBVGY3TQOJQ"}));
    let begun = step(&send("POST", "/security/app", "", "").await);
    assert!(send("GET", "/security/app", &begun, "").await.body.contains("GEZD GNBV GY3T QOJQ"));
    pool.answers("VerifySoftwareToken", json!({"Status": "SUCCESS"})).answers("SetUserMFAPreference", json!({}));
    let done = send("POST", "/security/app/prove", &begun, "code=123456").await;
    assert_eq!(done.header("location"), "/security?done=app");
    let asked = pool.asked();
    assert_eq!((&asked[0].1["AccessToken"], &asked[1].1["UserCode"]), (&json!(token), &json!("123456")));
    // Another person's step shows nothing, and a stranger sees nothing at all.
    let other = Request::get("/security/app").header("x-stagedoor-token", access(crate::world::BOB, "bob"));
    let other = world.send(other.header("cookie", &begun).body(Body::empty()).unwrap()).await;
    assert_eq!((other.status, other.header("location")), (StatusCode::SEE_OTHER, "/security"));
    assert_eq!(show(&world, "/security", "").await.status, StatusCode::UNAUTHORIZED);
}
