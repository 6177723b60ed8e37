//! Nothing secret, and nothing that people have said, comes to a collector.

use arcp_generated::credential::CredentialValue;
use arcp_runtime::credential::CredentialPool;
use arcp_runtime::store::{Durability, SqliteStore};

use super::*;

/// What must not be told. Each stands in another place.
const SECRETS: [&str; 11] = [
    "hush-input",
    "hush-args",
    "hush-result-of-tool",
    "hush-error-of-tool",
    "hush-result",
    "hush-log",
    "hush-event",
    "hush-credential",
    "hush-token",
    "hush-principal",
    "hush-reason",
];

/// Says every secret that an agent can say.
#[arcp_agent(name = "gossip", version = "1.0.0")]
async fn run_gossip(ctx: JobContext, input: String) -> Result<String, AgentError> {
    assert_eq!(input, "hush-input");
    let credentials = ctx.credentials();
    assert_eq!(credentials[0].value.as_str(), "hush-credential");
    ctx.log(LogLevel::Info, "hush-log").await?;
    tracing::error!(secret = "hush-event", "hush-log");
    let args = json!({"q": "hush-args"});
    let call = ctx.tool_call("search.web", &args).await?;
    call.succeed("hush-result-of-tool").await?;
    let call = ctx.tool_call("search.web", &args).await?;
    call.fail(&AgentError::new(
        ErrorCode::InternalError,
        "hush-error-of-tool",
    ))
    .await?;
    ctx.use_model("tier-fast/one").await?;
    Ok("hush-result".to_owned())
}

#[tokio::test]
async fn no_secret_and_nobodys_words_leave() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("store.db"), Durability::Process).unwrap();
    let pool = CredentialPool::new("pool", "https://gateway.test/v1".parse().unwrap());
    let values = ["hush-credential", "hush-credential-2"]
        .map(|value| CredentialValue::try_from(value).unwrap());
    let stage = Stage::set_with(|builder| {
        builder
            .agent(run_gossip)
            .store(store)
            .provisioner(pool.with_values(values))
            .verifier(
                BearerTokens::new()
                    .with("tok-a", "alice")
                    .with("hush-token", "hush-principal"),
            )
    })
    .await;
    let runtime = stage.runtime.clone();
    let client = Client::in_process(move |connection| {
        tokio::spawn(runtime.serve(connection));
    });
    let client = client.token("hush-token").connect().await.unwrap();
    let resume_token = client.save().await.unwrap();
    let resume_token = serde_json::to_value(&resume_token).unwrap()["resume_token"].clone();
    let lease = json!({"tool.call": ["search.*"], "model.use": ["tier-fast/*"]});
    let lease: arcp_generated::lease::Lease = serde_json::from_value(lease).unwrap();
    let gossip = Submission::to("gossip")
        .input("hush-input")
        .lease(lease.clone());
    let mut job = client.submit(gossip).await.unwrap();
    assert_eq!(job.result_as::<String>().await.unwrap(), "hush-result");
    let mut job = client
        .submit(Submission::to("failing").input("wait"))
        .await
        .unwrap();
    assert!(job.events().next().await.is_some());
    job.cancel("hush-reason").await.unwrap();
    assert!(job.result().await.is_err());
    client.close("done").await;
    let (spans, collector) = stage.spans().await;

    // What is looked for is where it could leak: the job ran, and its spans are here.
    assert_eq!(
        spans.one("arcp.job gossip").says("arcp.final_status"),
        "success"
    );
    assert!(!spans.one("arcp.tool_call model").failed);
    let told = String::from_utf8_lossy(&collector.bytes()).into_owned();
    assert!(told.contains("gossip@1.0.0"));
    let token = resume_token.as_str().unwrap();
    assert!(token.starts_with("rt_"), "{token}");
    for secret in SECRETS.into_iter().chain([token, "rt_", "tok-a", "alice"]) {
        assert!(!told.contains(secret), "{secret} was told");
    }
}
