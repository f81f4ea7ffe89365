//! Everything that runs, started in the order in which it needs each other, and stopped in the reverse.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use aws_sdk_s3::primitives::ByteStream;
use local::edge::{Edge, EdgeConfig, KeyValueDirectory, localhost_certificate};
use local::events::{Events, EventsConfig};
use local::identity::{Client, Identity, IdentityConfig, Lifetimes, POOL_ID, PoolRules};
use local::objects::{Objects, ObjectsConfig, client};
use local::runtime::{Function, FunctionConfig};
use origin::{Origin, OriginConfig, UserPool};
use provider::Provider;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::addresses::Addresses;
use super::data::{DataDir, Secrets, write_private};
use super::deployment::{API_CLIENT, WEB_CLIENT, checked, edge_json, stage_function, with_pass_keys};
use super::outputs::{FILE as OUTPUTS_FILE, outputs};
use super::pass_keys::{Deployment, current_pass_key, viewer_function};
use crate::pass;

const RAW: &str = "raw";
const MEDIA: &str = "media";
const SITE: &str = "site";
/// The group whose members administer the site.
pub const ADMINISTRATORS: &str = "admins";
/// The quota of Lambda@Edge at viewer-request.
const EDGE_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest a Lambda may run.
const PROCESSOR_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// A hundred deliveries, sixteen at a time, ten seconds each, and some.
const NOTIFY_TIMEOUT: Duration = Duration::from_secs(120);
/// How often what is over is taken away.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// How long webhooks that fail are left alone.
const PAUSES: &str = "STAGEDOOR_WEBHOOK_PAUSES";
const CACHE_BYTES: usize = 256 * 1024 * 1024;

/// What a site is started from.
pub struct Plan<'a> {
    pub data: &'a DataDir,
    pub secrets: &'a Secrets,
    pub artefacts: &'a Path,
    pub policy: &'a Value,
    pub tls: bool,
    pub token_seconds: u64,
    pub rules: PoolRules,
}

/// A running site.
pub struct Site {
    pub identity: Arc<Identity>,
    edge: Arc<Edge>,
    functions: Vec<Function>,
    events: Arc<Events>,
    servers: Vec<JoinHandle<()>>,
}

impl Site {
    /// Starts everything on the given listeners.
    pub async fn start(plan: &Plan<'_>, at: Addresses) -> Result<Self> {
        let scheme = if plan.tls { "https" } else { "http" };
        let identity = open_identity(plan, &at)?;
        let pass_secret = plan.data.join(pass::SECRET_FILE);
        let store = KeyValueDirectory::open(&plan.data.join(pass::STORE_DIRECTORY))?;
        let passes = pass::prepare(&pass_secret, &store).map_err(|failure| anyhow::anyhow!("{failure}"))?;
        let edge_json = with_pass_keys(edge_json(plan.policy, &identity, &at, scheme, plan.secrets), &passes);
        let edge_config = Arc::new(checked(&edge_json)?);
        let said = outputs(&at.edge_url, &edge_json, &identity);
        write_private(&plan.data.join(OUTPUTS_FILE), &serde_json::to_vec_pretty(&said)?)?;
        let database = plan.data.join("catalog.db");
        let catalog = catalog::open(&format!("sqlite:{}", database.display())).await?;
        let mut servers = Vec::new();

        let (created, arrivals) = mpsc::unbounded_channel();
        let objects = Objects::open(
            ObjectsConfig {
                root: plan.data.join("objects"),
                access_key: plan.secrets.access_key.clone(),
                secret_key: plan.secrets.secret_key.clone(),
                buckets: [RAW, MEDIA, SITE].map(str::to_owned).to_vec(),
                allow_origins: vec![at.edge_url.clone()],
            },
            created,
        )?;
        servers.push(tokio::spawn(objects.serve(at.objects)));
        let s3 = client(&at.objects_url, &plan.secrets.access_key, &plan.secrets.secret_key);
        publish_static_files(&s3).await?;

        let bootstrap = stage_function(&plan.artefacts.join("edge-auth"), &plan.data.join("edge-auth"), &edge_json)?;
        let edge_json_file = bootstrap.with_file_name("EDGE.json");
        let edge_function_config = function("edge-auth", bootstrap, Vec::new(), 4, EDGE_TIMEOUT, 128);
        let edge_function = Function::start(edge_function_config.clone()).await?;
        let deployment = Deployment {
            edge_json,
            kid: passes.current().kid.clone(),
            edge_json_file,
            function: edge_function.clone(),
            config: edge_function_config,
        };
        servers.push(tokio::spawn(deployment.follow(current_pass_key(pass_secret.clone()))));
        let [dispatch, image, video, notify] = start_processors(plan, &database, &at.objects_url).await?;
        let functions = vec![edge_function.clone(), dispatch.clone(), image.clone(), video.clone(), notify.clone()];

        let events = Arc::new(Events::start(
            EventsConfig {
                catalog: Arc::clone(&catalog),
                raw_bucket: RAW.to_owned(),
                dispatch: Arc::new(dispatch),
                image: Arc::new(image),
                video: Arc::new(video),
                notify: Arc::new(notify),
                max_attempts: 5,
                redelivery: Duration::from_millis(500),
            },
            arrivals,
            s3.clone(),
        ));
        let origin = Origin::new(OriginConfig {
            edge: Arc::clone(&edge_config),
            fetch_keys: Arc::new(
                Provider::new()?.into_fetch(Duration::from_millis(edge_config.key_refresh.timeout_ms)),
            ),
            catalog: Arc::clone(&catalog),
            objects: s3.clone(),
            raw_bucket: RAW.to_owned(),
            media_bucket: MEDIA.to_owned(),
            objects_origin: at.objects_url.clone(),
            sign_out_origin: Some(at.identity_url.clone()),
            pass_key: Arc::new(current_pass_key(pass_secret.clone())),
            max_upload_bytes: origin::LARGEST_UPLOAD,
            default_quota: None,
            administrators: ADMINISTRATORS.to_owned(),
            token_api: false,
            user_pool: Some(user_pool(plan, &at.identity_url)),
            clock: Arc::new(unix_millis),
            uploaded: {
                let events = Arc::clone(&events);
                Arc::new(move |id| events.uploaded(id))
            },
        });
        let app = origin.router();
        servers.push(tokio::spawn(sweep(origin)));
        servers.push(tokio::spawn(serve_identity(at.identity, Arc::clone(&identity))));
        let tls = if plan.tls { Some(localhost_certificate(&plan.data.join("tls"))?) } else { None };
        let edge = Edge::new(EdgeConfig {
            policy: edge_config.policy.clone(),
            function: Arc::new(edge_function),
            viewer_function: viewer_function(&edge_config.policy, store)?,
            app,
            objects: s3,
            media_bucket: MEDIA.to_owned(),
            site_bucket: SITE.to_owned(),
            function_timeout: EDGE_TIMEOUT,
            cache_bytes: CACHE_BYTES,
        });
        servers.push(tokio::spawn(Arc::clone(&edge).serve(at.edge, tls)));
        Ok(Self { identity, edge, functions, events, servers })
    }

    /// The process ids of every function's processes, by function: who there is to kill in a test of resilience.
    pub fn process_ids(&self) -> Vec<(&'static str, Vec<u32>)> {
        ["edge-auth", "dispatch", "image", "video", "notify"]
            .into_iter()
            .zip(self.functions.iter().map(Function::process_ids))
            .collect()
    }

    /// Stops everything; no process is left behind.
    pub async fn stop(self) {
        for server in &self.servers {
            server.abort();
        }
        tracing::info!(cache = ?self.edge.cache_statistics(), "the edge has stopped");
        self.events.stop().await;
        for function in &self.functions {
            function.stop().await;
        }
    }
}

fn open_identity(plan: &Plan<'_>, at: &Addresses) -> Result<Arc<Identity>> {
    let web = Client {
        id: WEB_CLIENT.to_owned(),
        name: "Stagedoor".to_owned(),
        redirect_uris: vec![format!("{}/_auth/callback", at.edge_url)],
        logout_uris: vec![format!("{}/_auth/signed-out", at.edge_url)],
        rotate_refresh_tokens: true,
        password_auth: false,
        srp_auth: true,
    };
    let api = Client {
        id: API_CLIENT.to_owned(),
        name: "Stagedoor API".to_owned(),
        redirect_uris: Vec::new(),
        logout_uris: Vec::new(),
        rotate_refresh_tokens: false,
        password_auth: true,
        srp_auth: false,
    };
    Ok(Identity::open(IdentityConfig {
        dir: plan.data.join("identity"),
        base_url: at.identity_url.clone(),
        clients: vec![web, api],
        lifetimes: Lifetimes {
            access_seconds: plan.token_seconds,
            id_seconds: plan.token_seconds,
            ..Lifetimes::default()
        },
        rules: plan.rules,
    })?)
}

/// The pool as the app calls it.
fn user_pool(plan: &Plan<'_>, identity_url: &str) -> UserPool {
    UserPool {
        sdk: local::identity::client(identity_url),
        pool_id: POOL_ID.to_owned(),
        client_id: WEB_CLIENT.to_owned(),
        client_secret: None,
        sign_up: plan.rules.self_sign_up,
    }
}

async fn serve_identity(listener: tokio::net::TcpListener, identity: Arc<Identity>) {
    if let Err(error) = axum::serve(listener, identity.router()).await {
        tracing::error!(%error, "identity stopped");
    }
}

fn function(
    name: &str,
    program: PathBuf,
    env: Vec<(String, String)>,
    concurrency: usize,
    timeout: Duration,
    memory_mb: u32,
) -> FunctionConfig {
    let working_dir = program.parent().map(Path::to_owned);
    FunctionConfig {
        name: name.to_owned(),
        command: vec![program.into_os_string()],
        working_dir,
        env,
        concurrency,
        timeout,
        memory_mb,
    }
}

/// Dispatch, image, video and notify.
async fn start_processors(plan: &Plan<'_>, database: &Path, objects_url: &str) -> Result<[Function; 4]> {
    let environment = processor_environment(plan.secrets, database, objects_url);
    let start = async |name: &str, environment: Vec<(String, String)>, concurrency, timeout, memory_mb| {
        let program = plan.artefacts.join(name).join("bootstrap");
        Function::start(function(name, program, environment, concurrency, timeout, memory_mb)).await
    };
    Ok([
        start("dispatch", environment.clone(), 2, PROCESSOR_TIMEOUT, 2048).await?,
        start("image", environment.clone(), 1, PROCESSOR_TIMEOUT, 2048).await?,
        start("video", environment, 1, PROCESSOR_TIMEOUT, 2048).await?,
        start("notify", notify_environment(database), 2, NOTIFY_TIMEOUT, 256).await?,
    ])
}

/// What a schedule does on AWS.
async fn sweep(origin: Origin) {
    let mut every = tokio::time::interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        match origin.sweep().await {
            Ok(swept) => tracing::info!(?swept, "swept"),
            Err(problem) => tracing::warn!(reason = problem.reason, "sweeping was cut short"),
        }
    }
}

/// What Terraform would give the processors as environment variables.
fn processor_environment(secrets: &Secrets, database: &Path, objects_url: &str) -> Vec<(String, String)> {
    [
        ("STAGEDOOR_CATALOG", format!("sqlite:{}", database.display())),
        ("STAGEDOOR_RAW_BUCKET", RAW.to_owned()),
        ("STAGEDOOR_MEDIA_BUCKET", MEDIA.to_owned()),
        ("STAGEDOOR_LOG", log_filter()),
        ("AWS_ENDPOINT_URL_S3", objects_url.to_owned()),
        ("AWS_ACCESS_KEY_ID", secrets.access_key.clone()),
        ("AWS_SECRET_ACCESS_KEY", secrets.secret_key.clone()),
        ("AWS_REGION", "us-east-1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// The same for the notify function. What listens here is the person's own who runs this: webhooks may reach it.
fn notify_environment(database: &Path) -> Vec<(String, String)> {
    let mut environment = vec![
        ("STAGEDOOR_CATALOG", format!("sqlite:{}", database.display())),
        ("STAGEDOOR_WEBHOOKS_TO_THIS_MACHINE", "1".to_owned()),
        ("STAGEDOOR_LOG", log_filter()),
    ];
    environment.extend(handed_on(PAUSES).map(|pauses| (PAUSES, pauses)));
    environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The processors say as much as we do.
fn log_filter() -> String {
    static FILTER: OnceLock<String> = OnceLock::new();
    FILTER.get_or_init(|| handed_on("STAGEDOOR_LOG").unwrap_or_else(|| "info".to_owned())).clone()
}

/// A variable that functions are given as we were.
#[expect(clippy::disallowed_methods, reason = "it is handed on, not interpreted")]
fn handed_on(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Puts the app's static files into the site bucket, as a deployment does.
async fn publish_static_files(s3: &aws_sdk_s3::Client) -> Result<()> {
    for file in origin::static_files() {
        let put = s3.put_object().bucket(SITE).key(&file.path).content_type(file.content_type.to_string());
        let put = put.cache_control("public, max-age=31536000, immutable").body(ByteStream::from(file.bytes.to_vec()));
        put.send().await.with_context(|| format!("{} cannot be put into the site bucket", file.path))?;
    }
    Ok(())
}

fn unix_millis() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
