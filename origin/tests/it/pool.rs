//! A user pool that answers what the test has put down, in order for each operation, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, Config, Credentials, Region};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use origin::UserPool;
use serde_json::{Value, json};

type Answers = Arc<Mutex<VecDeque<(&'static str, u16, Value)>>>;

#[derive(Clone, Default)]
pub struct Pool {
    answers: Answers,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Pool {
    /// The next call of this operation is answered so.
    pub fn answers(&self, operation: &'static str, answer: Value) -> &Self {
        self.answers.lock().unwrap().push_back((operation, 200, answer));
        self
    }

    /// The next call of this operation is refused so.
    pub fn refuses(&self, operation: &'static str, name: &str, message: &str) -> &Self {
        let answer = json!({"__type": name, "message": message});
        self.answers.lock().unwrap().push_back((operation, 400, answer));
        self
    }

    /// The challenge with which SRP begins. Any number does: the client proves its password all the same.
    pub fn begins_srp(&self) -> &Self {
        let number = "a1b2c3d4".repeat(96);
        let parameters = json!({"SALT": "5a17", "SECRET_BLOCK": "c2VjcmV0", "SRP_B": number, "USERNAME": "u-1",
            "USER_ID_FOR_SRP": "u-1"});
        self.answers("InitiateAuth", json!({"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": parameters}))
    }

    /// What it was asked, since the last time; nothing that was put down may be left.
    pub fn asked(&self) -> Vec<(String, Value)> {
        assert_eq!(self.answers.lock().unwrap().len(), 0, "not everything was asked");
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// Serves it; what the app is given.
    pub async fn serve(&self) -> UserPool {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        at(&url)
    }
}

/// The pool at an address, where perhaps nobody is.
pub fn at(url: &str) -> UserPool {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .retry_config(aws_sdk_cognitoidentityprovider::config::retry::RetryConfig::disabled())
        .endpoint_url(url)
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .build();
    UserPool {
        sdk: Client::from_conf(config),
        pool_id: "eu-central-1_Test".to_owned(),
        client_id: crate::tokens::CLIENT.to_owned(),
        client_secret: None,
        sign_up: true,
    }
}

async fn answer(State(pool): State<Pool>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap().rsplit('.').next().unwrap().to_owned();
    let next = {
        let mut answers = pool.answers.lock().unwrap();
        let place = answers.iter().position(|(operation, ..)| *operation == target);
        place.and_then(|place| answers.remove(place))
    };
    let Some((_, status, answer)) = next else { panic!("{target} was not expected") };
    pool.asked.lock().unwrap().push((target, serde_json::from_slice(&body).unwrap()));
    let kind = [("content-type", "application/x-amz-json-1.1")];
    (StatusCode::from_u16(status).unwrap(), kind, answer.to_string()).into_response()
}
