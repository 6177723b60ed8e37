//! The LiteLLM provisioner against a real HTTP server that speaks its key API.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use arcp_generated::credential::CredentialValue;
use arcp_generated::event::Metric;
use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::credential::{LiteLlm, LiteLlmError};
use arcp_runtime::store::{Durability, SqliteStore};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::super::logs::Logs;
use super::{Runtime, hello, limits, submit};

const MASTER: &str = "sk-master-key";

/// A gateway's keys, by alias.
#[derive(Clone, Default)]
struct Gateway {
    keys: Arc<Mutex<BTreeMap<String, Value>>>,
    /// Statuses that the next requests are answered with.
    troubles: Arc<Mutex<Vec<StatusCode>>>,
    /// How many deletions were answered with success.
    deleted: watch::Sender<usize>,
    /// The models that were asked for, and what each call of them costs.
    called: Arc<Mutex<Vec<String>>>,
}

/// What the gateway takes for a call.
const PRICE: f64 = 1.5;

impl Gateway {
    fn checked(&self, headers: &HeaderMap) -> Result<(), StatusCode> {
        if headers["authorization"] != format!("Bearer {MASTER}") {
            return Err(StatusCode::UNAUTHORIZED);
        }
        match self.troubles.lock().unwrap().pop() {
            Some(trouble) => Err(trouble),
            None => Ok(()),
        }
    }

    async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/gw", listener.local_addr().unwrap());
        let routes = Router::new()
            .route("/gw/key/generate", post(generate))
            .route("/gw/key/delete", post(delete))
            .route("/gw/chat/completions", post(complete))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        address
    }

    async fn deleted(&self, how_many: usize) {
        let mut deleted = self.deleted.subscribe();
        let waited = tokio::time::timeout(
            std::time::Duration::from_secs(30),
            deleted.wait_for(|deleted| *deleted == how_many),
        );
        assert!(waited.await.is_ok(), "waited for {how_many} deletions");
    }
}

async fn generate(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    gateway.checked(&headers)?;
    let alias = body["key_alias"].as_str().unwrap().to_owned();
    let key = body["key"]
        .as_str()
        .map_or_else(|| format!("sk-{alias}"), ToOwned::to_owned);
    let mut keys = gateway.keys.lock().unwrap();
    if keys.insert(alias, body).is_some() {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(Json(
        json!({"key": key, "key_name": "sk-...", "expires": null}),
    ))
}

async fn delete(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    gateway.checked(&headers)?;
    let aliases: Vec<String> = serde_json::from_value(body["key_aliases"].clone()).unwrap();
    let mut keys = gateway.keys.lock().unwrap();
    let found = aliases
        .iter()
        .filter(|alias| keys.remove(*alias).is_some())
        .count();
    if found == 0 {
        return Err(StatusCode::NOT_FOUND);
    }
    gateway.deleted.send_modify(|deleted| *deleted += 1);
    Ok(Json(json!({"deleted_keys": aliases})))
}

/// Enforces the budget of a key in its own words, and knows one model less than it was asked for.
async fn complete(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let refusal = |status, kind: &str| {
        let message = format!("refused, key {:?}", headers["authorization"]);
        (
            status,
            Json(json!({"error": {"type": kind, "message": message}})),
        )
    };
    let model = body["model"].as_str().unwrap().to_owned();
    gateway.called.lock().unwrap().push(model.clone());
    let mut keys = gateway.keys.lock().unwrap();
    let bearer = headers["authorization"].to_str().unwrap();
    let alias = bearer.strip_prefix("Bearer sk-").unwrap();
    let Some(key) = keys.get_mut(alias) else {
        return refusal(StatusCode::UNAUTHORIZED, "token_not_found");
    };
    if model == "withdrawn" {
        return refusal(StatusCode::UNAUTHORIZED, "key_model_access_denied");
    }
    let spent = key["spent"].as_f64().unwrap_or_default();
    if spent >= key["max_budget"].as_f64().unwrap() {
        return refusal(StatusCode::BAD_REQUEST, "budget_exceeded");
    }
    key["spent"] = json!(spent + PRICE);
    (
        StatusCode::OK,
        Json(json!({"choices": [{"message": {"content": "hello"}}]})),
    )
}

/// Asks the gateway for each of the models, as often as it is told to, and reports what it believes a call to cost.
#[arcp_agent]
async fn caller(ctx: JobContext, models: Vec<String>) -> Result<(), AgentError> {
    let http = reqwest::Client::new();
    for model in models {
        let Ok(call) = ctx.model_call(&model).await else {
            continue;
        };
        let credential = ctx.credentials().remove(0);
        let answer = http
            .post(format!("{}/chat/completions", credential.endpoint.as_str()))
            .bearer_auth(credential.value.as_str())
            .json(&json!({"model": model}))
            .send()
            .await?;
        let status = answer.status();
        let body = answer.text().await?;
        if status.is_success() {
            call.succeed(serde_json::from_str::<Value>(&body)?).await?;
            ctx.metric(Metric::new("cost.inference", "0.25".parse()?).with_unit("USD"))
                .await?;
        } else {
            call.fail(&AgentError::from_upstream(status.as_u16(), &body))
                .await?;
        }
    }
    Ok(())
}

fn master() -> CredentialValue {
    MASTER.parse().unwrap()
}

async fn with_gateway(gateway: &Gateway, folder: &tempfile::TempDir) -> Runtime {
    let store = SqliteStore::open(folder.path().join("runtime.db"), Durability::Process).unwrap();
    let litellm = LiteLlm::new(&gateway.serve().await, master()).unwrap();
    assert!(!format!("{litellm:?}").contains(MASTER));
    super::super::start(
        limits(),
        Runtime::builder()
            .store(store)
            .provisioner(litellm)
            .agent(caller),
    )
    .await
}

#[tokio::test]
async fn a_gateway_makes_a_key_with_the_leases_bounds_and_deletes_it() {
    let (gateway, folder) = (Gateway::default(), tempfile::tempdir().unwrap());
    let runtime = with_gateway(&gateway, &folder).await;
    let mut peer = hello(&runtime).await;
    let end = jiff::Timestamp::now() + std::time::Duration::from_secs(1000);
    peer.send(
        "job.submit",
        json!({
            "agent": "probe",
            "input": {"do": [{"rotate": {"credential": 0, "value": "sk-new"}}, {"block": {}}]},
            "lease_request": {"cost.budget": ["USD:2.50", "credits:9"], "model.use": ["tier-fast/*", "gpt-4"]},
            "lease_constraints": {"expires_at": end.to_string()}
        }),
    )
    .await;
    let accepted = peer.receive().await;
    let job = accepted["job_id"].clone();
    let credential = &accepted["payload"]["credentials"][0];
    let alias = format!("arcp-{}", credential["id"].as_str().unwrap());
    assert_eq!(credential["value"], format!("sk-{alias}"));
    assert_eq!(credential["profile"], "openai");
    assert_eq!(
        credential["constraints"],
        json!({"cost.budget": ["USD:2.50"], "model.use": ["tier-fast/*", "gpt-4"], "expires_at": end.to_string()})
    );
    let rotated = peer.receive().await;
    assert_eq!(rotated["payload"]["body"]["value"], "sk-new");
    gateway.deleted(1).await;
    {
        let keys = gateway.keys.lock().unwrap();
        assert_eq!(keys.len(), 1);
        let (other, asked) = keys.first_key_value().unwrap();
        assert_ne!(*other, alias);
        assert_eq!(asked["models"], json!(["tier-fast/*", "gpt-4"]));
        assert_eq!(asked["max_budget"].to_string(), "2.5");
        assert_eq!(asked["key"], "sk-new");
        let duration = asked["duration"]
            .as_str()
            .unwrap()
            .strip_suffix('s')
            .unwrap();
        assert!((1..=1000).contains(&duration.parse::<u64>().unwrap()));
        assert_eq!(asked["metadata"]["arcp_job_id"], job);
    }
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    peer.until_end(&job).await;
    gateway.deleted(2).await;
    assert!(gateway.keys.lock().unwrap().is_empty());
}

/// Each of the events of one kind, as its code, its value or `ok`.
fn outcomes(frames: &[Value], kind: &str) -> Vec<String> {
    let events = frames
        .iter()
        .filter(|frame| frame["payload"]["kind"] == kind);
    events
        .map(|frame| &frame["payload"]["body"])
        .filter(|body| kind != "metric" || body["name"] == "cost.budget.remaining")
        .map(|body| match (&body["error"]["code"], &body["value"]) {
            (Value::String(code), _) => code.clone(),
            (_, Value::Number(value)) => value.to_string(),
            _ => "ok".to_owned(),
        })
        .collect()
}

#[tokio::test]
async fn what_a_gateway_refuses_is_told_in_the_protocols_words() {
    let (gateway, folder) = (Gateway::default(), tempfile::tempdir().unwrap());
    let runtime = with_gateway(&gateway, &folder).await;
    let mut peer = hello(&runtime).await;
    let models = ["withdrawn", "fast", "fast", "fast", "large"];
    peer.send(
        "job.submit",
        json!({
            "agent": "caller", "input": models,
            "lease_request": {"cost.budget": ["USD:2"], "model.use": ["fast", "withdrawn"]},
        }),
    )
    .await;
    let accepted = peer.receive().await;
    let frames = peer.until_end(&accepted["job_id"]).await;
    assert_eq!(
        outcomes(&frames, "tool_result"),
        [
            "PERMISSION_DENIED",
            "ok",
            "ok",
            "BUDGET_EXHAUSTED",
            // This one the lease refuses, whatever the gateway would say.
            "PERMISSION_DENIED"
        ]
    );
    // What is left is told whoever enforces, and by our count there was enough left.
    assert_eq!(outcomes(&frames, "metric"), ["1.75", "1.5"]);
    assert_eq!(
        *gateway.called.lock().unwrap(),
        ["withdrawn", "fast", "fast", "fast"]
    );
    assert!(
        frames
            .iter()
            .all(|frame| !frame.to_string().contains("sk-"))
    );
}

#[tokio::test]
async fn a_gateway_that_is_down_refuses_the_job_and_is_asked_again_for_the_deletion() {
    let (gateway, folder) = (Gateway::default(), tempfile::tempdir().unwrap());
    let runtime = with_gateway(&gateway, &folder).await;
    let mut peer = hello(&runtime).await;
    let lease = json!({"model.use": ["m"]});
    gateway
        .troubles
        .lock()
        .unwrap()
        .push(StatusCode::BAD_GATEWAY);
    peer.send(
        "job.submit",
        json!({"agent": "probe", "input": {"do": []}, "lease_request": lease}),
    )
    .await;
    let refused = peer.receive().await;
    assert_eq!(refused["payload"]["code"], "INTERNAL_ERROR");
    assert!(!refused.to_string().contains("sk-"));

    let job = submit(&mut peer, json!([{"block": {}}]), lease).await["job_id"].clone();
    gateway.troubles.lock().unwrap().extend([
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::TOO_MANY_REQUESTS,
    ]);
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    peer.until_end(&job).await;
    gateway.deleted(1).await;
}

#[tokio::test]
async fn a_lease_without_models_gets_no_key() {
    let (gateway, folder) = (Gateway::default(), tempfile::tempdir().unwrap());
    let runtime = with_gateway(&gateway, &folder).await;
    let mut peer = hello(&runtime).await;
    for lease in [json!({}), json!({"model.use": []})] {
        let accepted = submit(&mut peer, json!([]), lease).await;
        assert!(accepted["payload"].get("credentials").is_none());
        let job = accepted["job_id"].clone();
        peer.until_end(&job).await;
    }
    assert!(gateway.keys.lock().unwrap().is_empty());
}

// One thread, so that the logger of this thread hears everything.
#[tokio::test(flavor = "current_thread")]
async fn a_key_that_nothing_bounds_is_warned_of() {
    let (logs, _guard) = Logs::hear(tracing::Level::WARN);
    let (gateway, folder) = (Gateway::default(), tempfile::tempdir().unwrap());
    let runtime = with_gateway(&gateway, &folder).await;
    let mut peer = hello(&runtime).await;
    let bounds = [
        (json!({"model.use": ["m"]}), 1),
        // What this gateway cannot count bounds nothing there.
        (json!({"model.use": ["m"], "cost.budget": ["credits:9"]}), 1),
        (json!({"model.use": ["m"], "cost.budget": ["USD:2"]}), 0),
    ];
    for (lease, warnings) in bounds {
        let before = logs.text().len();
        let accepted = submit(&mut peer, json!([]), lease.clone()).await;
        let job = accepted["job_id"].as_str().unwrap();
        let text = logs.text().split_off(before);
        let warned = |line: &&str| line.contains("without a cap") && line.contains(job);
        assert_eq!(
            text.lines().filter(warned).count(),
            warnings,
            "{lease}: {text}"
        );
        peer.until_end(&accepted["job_id"]).await;
    }
    let end = jiff::Timestamp::now() + std::time::Duration::from_secs(1000);
    let before = logs.text().len();
    let job = json!({
        "agent": "probe", "input": {"do": []}, "lease_request": {"model.use": ["m"]},
        "lease_constraints": {"expires_at": end.to_string()},
    });
    peer.send("job.submit", job).await;
    let accepted = peer.receive().await;
    assert!(
        accepted["payload"]["credentials"][0].is_object(),
        "{accepted}"
    );
    assert!(!logs.text().split_off(before).contains("without a cap"));
}

#[test]
fn a_master_key_goes_nowhere_in_clear() {
    let gateway = |address| LiteLlm::new(address, master());
    assert!(gateway("https://gateway.example").is_ok());
    assert!(gateway("http://127.0.0.1:4000/").is_ok());
    assert!(gateway("http://[::1]:4000").is_ok());
    assert!(gateway("http://localhost:4000").is_ok());
    assert!(matches!(
        gateway("http://gateway.example"),
        Err(LiteLlmError::Plain(_))
    ));
    for address in ["gateway.example", "ftp://gateway.example", ""] {
        assert!(
            matches!(gateway(address), Err(LiteLlmError::Address(_))),
            "{address}"
        );
    }
}
