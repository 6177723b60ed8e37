//! Proofs for leases: the corpus, the authority of jobs and their children, and properties of patterns.

mod authority;
mod corpus;
mod properties;

use std::collections::BTreeMap;

use super::*;

/// Compiles a lease from pairs of capability and patterns.
fn lease(grants: &[(&str, &[&str])]) -> Lease {
    let map: BTreeMap<String, Vec<String>> = grants
        .iter()
        .map(|(name, entries)| {
            (
                (*name).to_owned(),
                entries.iter().map(|entry| (*entry).to_owned()).collect(),
            )
        })
        .collect();
    Lease::compile(&map).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2026-05-13T12:00:00Z")
}

fn job(grants: &[(&str, &[&str])]) -> Authority {
    Authority::new("job_1", lease(grants), None, ModelPolicy::default())
}

fn money(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The operation that `capability` guards, on `target`.
fn operation<'a>(capability: &'a str, target: &'a str) -> Operation<'a> {
    match capability {
        "fs.read" => Operation::FsRead { path: target },
        "fs.write" => Operation::FsWrite { path: target },
        "net.fetch" => Operation::NetFetch { url: target },
        "tool.call" => Operation::ToolCall { tool: target },
        "model.use" => Operation::ModelUse { model: target },
        "agent.delegate" => match target.split_once('@') {
            Some((agent, version)) => Operation::Delegate {
                agent,
                version: Some(version),
            },
            None => Operation::Delegate {
                agent: target,
                version: None,
            },
        },
        vendor => Operation::Vendor {
            capability: vendor,
            target,
        },
    }
}
