//! A LiteLLM-compatible gateway: virtual keys with a spend cap, a list of models and a time to live (§9.8.3).
//!
//! Spoken are `POST /key/generate` and `POST /key/delete`. Keys are found again by their alias, so that no key needs to be stored.

use std::fmt;
use std::time::Duration;

use arcp_generated::credential::{CredentialConstraints, CredentialValue, Endpoint};
use arcp_generated::lease::Amount;
use jiff::Timestamp;
use reqwest::{Client, StatusCode, Url};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{CredentialKey, Grant, Issued, ProvisionError, Provisioner, Provisioning};

/// What caps are counted in there.
const CURRENCY: &str = "USD";
/// How long the gateway may take for one answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of an answer that are read.
const ANSWER: usize = 1 << 20;

/// Asks a gateway for one virtual key for each job whose lease names models.
pub struct LiteLlm {
    name: String,
    generate: Url,
    delete: Url,
    master_key: CredentialValue,
    endpoint: Endpoint,
    client: Client,
}

/// Why a gateway cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiteLlmError {
    /// The address is none.
    #[error("{0}: not an http or https address of a gateway")]
    Address(String),
    /// The address would send the master key unencrypted over a network.
    #[error("{0}: plain http is only for this machine; use https")]
    Plain(String),
    /// The HTTP client cannot be made.
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// `POST /key/generate`.
#[derive(Serialize)]
struct Generate<'a> {
    key_alias: String,
    models: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_budget: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    metadata: Metadata,
}

/// So that whoever looks at the gateway's keys knows whose they are.
#[derive(Serialize)]
struct Metadata {
    #[serde(rename = "arcp_job_id")]
    job: String,
    #[serde(rename = "arcp_agent")]
    agent: String,
    #[serde(rename = "arcp_principal")]
    principal: String,
}

#[derive(Deserialize)]
struct Generated {
    key: CredentialValue,
}

/// `POST /key/delete`.
#[derive(Serialize)]
struct Delete {
    key_aliases: [String; 1],
}

impl LiteLlm {
    /// A gateway at `address`, whose keys are managed with `master_key`. Agents are sent to the same address.
    ///
    /// # Errors
    /// An address that is none, or that would send the master key in clear over a network.
    pub fn new(address: &str, master_key: CredentialValue) -> Result<Self, LiteLlmError> {
        let wrong = || LiteLlmError::Address(address.to_owned());
        let base = Url::parse(address).map_err(|_| wrong())?;
        match base.scheme() {
            "https" => {}
            "http" if is_this_machine(&base) => {}
            "http" => return Err(LiteLlmError::Plain(address.to_owned())),
            _ => return Err(wrong()),
        }
        let at = |path: &str| {
            let mut url = base.clone();
            url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
            url
        };
        Ok(Self {
            name: "litellm".to_owned(),
            generate: at("/key/generate"),
            delete: at("/key/delete"),
            master_key,
            endpoint: Endpoint::try_from(address).map_err(|_| wrong())?,
            // A redirect could carry the master key somewhere else.
            client: Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(PATIENCE)
                .build()?,
        })
    }

    /// The address that agents are sent to, where it is another than that of the key API.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Another name than `litellm`, for runtimes with several gateways. See [`Provisioner::name`].
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    async fn generate(
        &self,
        handle: CredentialKey,
        grant: &Grant,
    ) -> Result<Issued, ProvisionError> {
        let models = grant.models.as_deref().unwrap_or_default();
        if models.is_empty() {
            // To the gateway no models means all of them.
            return Err(ProvisionError::permanent("the lease names no model"));
        }
        let cap = grant
            .budget
            .as_ref()
            .and_then(|budget| budget.get(CURRENCY).copied());
        if cap.is_none() && grant.expires_at.is_none() {
            tracing::warn!(job = %grant.job, "a key without a cap and without an end is asked for; give the lease a budget in USD or an end");
        }
        let body = Generate {
            key_alias: alias(handle),
            models,
            max_budget: cap.map(number).transpose()?,
            duration: grant.expires_at.map(|end| duration(end, grant.asked_at)),
            key: grant.value.as_ref().map(CredentialValue::as_str),
            metadata: Metadata {
                job: grant.job.to_string(),
                agent: grant.agent.to_string(),
                principal: grant.principal.as_str().to_owned(),
            },
        };
        let answer = self.post(&self.generate, &body).await?;
        if !answer.status.is_success() {
            return Err(refused("/key/generate", answer.status));
        }
        // The error of the parser could quote the key.
        let generated: Generated = serde_json::from_slice(&answer.body)
            .map_err(|_| ProvisionError::transient("/key/generate answered without a key"))?;
        let mut constraints = CredentialConstraints::new();
        constraints.cost_budget = cap
            .and_then(|cap| Amount::try_from(format!("{CURRENCY}:{cap}")).ok())
            .map(|amount| vec![amount]);
        constraints.model_use = models
            .iter()
            .map(|model| model.parse().ok())
            .collect::<Option<Vec<_>>>();
        constraints.expires_at = grant
            .expires_at
            .and_then(|end| end.to_string().parse().ok());
        Ok(Issued::new(generated.key, self.endpoint.clone())
            .with_profile("openai")
            .with_constraints(constraints))
    }

    async fn delete(&self, handle: CredentialKey) -> Result<(), ProvisionError> {
        let body = Delete {
            key_aliases: [alias(handle)],
        };
        let answer = self.post(&self.delete, &body).await?;
        match answer.status {
            // Not there: never made, or deleted already.
            StatusCode::NOT_FOUND => Ok(()),
            status if status.is_success() => Ok(()),
            status => Err(refused("/key/delete", status)),
        }
    }

    async fn post(&self, url: &Url, body: &impl Serialize) -> Result<Answer, ProvisionError> {
        // Neither the master key nor a key of a job may come into a message.
        let lost = |error: reqwest::Error| {
            ProvisionError::transient(format!(
                "{} cannot be asked: {}",
                url.path(),
                error.without_url()
            ))
        };
        let mut response = self
            .client
            .post(url.clone())
            .bearer_auth(self.master_key.as_str())
            .json(body)
            .send()
            .await
            .map_err(lost)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > ANSWER {
                return Err(ProvisionError::permanent(format!(
                    "{} answered with more than {ANSWER} bytes",
                    url.path()
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }
}

struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

impl fmt::Debug for LiteLlm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiteLlm")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Provisioner for LiteLlm {
    fn name(&self) -> &str {
        &self.name
    }

    fn wants(&self, grant: &Grant) -> bool {
        grant
            .models
            .as_ref()
            .is_some_and(|models| !models.is_empty())
    }

    fn issue<'a>(&'a self, handle: CredentialKey, grant: &'a Grant) -> Provisioning<'a, Issued> {
        Box::pin(self.generate(handle, grant))
    }

    fn revoke(&self, handle: CredentialKey) -> Provisioning<'_, ()> {
        Box::pin(self.delete(handle))
    }
}

fn alias(handle: CredentialKey) -> String {
    format!("arcp-{handle}")
}

/// The seconds until the lease ends, rounded down, at least one.
fn duration(end: Timestamp, now: Timestamp) -> String {
    let left = end.duration_since(now).as_secs().max(1);
    format!("{left}s")
}

/// A decimal as a JSON number with the same digits.
fn number(amount: Decimal) -> Result<Box<RawValue>, ProvisionError> {
    RawValue::from_string(amount.to_string()).map_err(|_| {
        ProvisionError::permanent(format!(
            "{} is no JSON number",
            amount.to_f64().unwrap_or(0.0)
        ))
    })
}

fn refused(path: &str, status: StatusCode) -> ProvisionError {
    let reason = format!("{path} answered {status}");
    let busy = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
    );
    if status.is_server_error() || busy {
        ProvisionError::transient(reason)
    } else {
        ProvisionError::permanent(reason)
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
