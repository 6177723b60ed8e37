//! `arcp serve` with a LiteLLM-compatible gateway: a key for each job that names models, rotation, and an end of each key.

use serde_json::{Value, json};

use crate::support::{Peer, Server, run, store};
use crate::upstream::{Asked, Upstream};

const MASTER: &str = "sk-master-key";

/// Gives out what is asked for.
fn gateway(asked: &Asked) -> (u16, Value) {
    match asked.path.as_str() {
        "/key/generate" => {
            let alias = asked.body["key_alias"].as_str().unwrap();
            let key = asked.body.get("key").cloned();
            (
                200,
                json!({"key": key.unwrap_or_else(|| json!(format!("sk-{alias}")))}),
            )
        }
        "/key/delete" => (200, json!({"deleted_keys": asked.body["key_aliases"]})),
        _ => (404, json!({})),
    }
}

/// A folder with the file that holds the gateway's key, and a store.
fn key_file(text: &str) -> (tempfile::TempDir, String, String) {
    let (folder, _, place) = store();
    let file = folder.path().join("gateway.key");
    std::fs::write(&file, text).unwrap();
    let file = file.display().to_string();
    (folder, file, place)
}

#[tokio::test]
async fn a_job_has_a_key_of_its_own_until_its_end() {
    let mut upstream = Upstream::start(gateway).await;
    let (_folder, file, place) = key_file(&format!("{MASTER}\n"));
    let server = Server::start(&[
        "--store",
        &place,
        "--litellm-url",
        &upstream.url,
        "--litellm-key-file",
        &file,
    ])
    .await;
    let mut peer = Peer::hello(&server.url).await;
    let steps = json!([{"rotate": {"credential": 0, "value": "sk-new"}}, {"return": 1}]);
    let lease = json!({"model.use": ["tier-fast/*"], "cost.budget": ["USD:2.50"]});
    peer.probe(steps, json!({"lease_request": lease})).await;
    let frames = peer.until(&["job.result"]).await;
    let credential = &frames[0]["payload"]["credentials"][0];
    let alias = format!("arcp-{}", credential["id"].as_str().unwrap());
    assert_eq!(credential["value"], format!("sk-{alias}"));
    assert_eq!(credential["endpoint"], upstream.url);
    let rotated = frames
        .iter()
        .find(|frame| frame["payload"]["body"]["phase"] == "credential_rotated");
    assert_eq!(
        rotated.expect("a rotation")["payload"]["body"]["value"],
        "sk-new"
    );

    let (mut made, mut deleted) = (Vec::new(), Vec::new());
    while deleted.len() < 2 {
        let asked = upstream.asked().await;
        assert_eq!(asked.authorization.as_deref(), Some("Bearer sk-master-key"));
        match asked.path.as_str() {
            "/key/generate" => made.push(asked.body["key_alias"].clone()),
            _ => deleted.push(asked.body["key_aliases"][0].clone()),
        }
    }
    assert_eq!(made[0], alias);
    made.sort_by_key(Value::to_string);
    deleted.sort_by_key(Value::to_string);
    assert_eq!(made, deleted, "each key ends");
    let (status, said) = server.terminate().await;
    assert!(status.success());
    assert!(!said.contains("sk-"), "{said}");
}

#[tokio::test]
async fn flags_of_a_gateway_that_do_not_fit_are_told() {
    let (_folder, file, place) = key_file(MASTER);
    let (_other, empty, _) = key_file("\n");
    let here = "http://127.0.0.1:1";
    for (flags, code, sentence) in [
        (vec!["--litellm-url", here], 2, "--litellm-key-file"),
        (
            vec!["--litellm-url", here, "--litellm-key-file", "/nothing/here"],
            4,
            "/nothing/here: no such file",
        ),
        (
            vec!["--litellm-url", here, "--litellm-key-file", &empty],
            2,
            "there is no key in it; write the gateway's master key there",
        ),
        (
            vec![
                "--litellm-url",
                "http://gateway.example",
                "--litellm-key-file",
                &file,
            ],
            2,
            "plain http is only for this machine",
        ),
        (
            vec![
                "--litellm-url",
                here,
                "--litellm-key-file",
                &file,
                "--host",
                "0.0.0.0",
                "--insecure",
            ],
            2,
            "credentials are not sent over a network without TLS",
        ),
    ] {
        let all = [
            &["serve", "--port", "0", "--token", "t=me", "--store", &place],
            &flags[..],
        ]
        .concat();
        let ended = run(&all, "").await;
        assert_eq!(ended.code, Some(code), "{flags:?}: {}", ended.stderr);
        assert!(
            ended.stderr.contains(sentence),
            "{flags:?}: {}",
            ended.stderr
        );
        assert!(!ended.stderr.contains(MASTER));
    }
}

#[tokio::test]
async fn keys_need_a_store_that_remembers_to_end_them() {
    let (_folder, file, _) = key_file(MASTER);
    let forgetful = [
        "serve",
        "--port",
        "0",
        "--token",
        "t=me",
        "--store",
        "memory",
        "--litellm-url",
        "http://127.0.0.1:1",
        "--litellm-key-file",
        &file,
    ];
    let ended = run(&forgetful, "").await;
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("use the SQLite store"),
        "{}",
        ended.stderr
    );
}
