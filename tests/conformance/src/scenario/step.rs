//! One step of a scenario: its verb, and what it acts on. It plays nothing; that is [`crate::driver`].

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One step, and the rules that its failure breaks; without any it breaks all of the scenario's.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub struct Step {
    /// What is done or asked for.
    pub action: Action,
    /// The rules of this step alone.
    pub rules: Vec<String>,
    /// The step as it was written, for reports.
    pub written: String,
}

impl TryFrom<Value> for Step {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let Value::Object(mut members) = value else {
            return Err(format!("a step is a verb and what it acts on, not {value}"));
        };
        let rules = match members.remove("rules") {
            Some(rules) => serde_json::from_value(rules).map_err(|error| error.to_string())?,
            None => Vec::new(),
        };
        let written = Value::Object(members.clone()).to_string();
        let mut members = members.into_iter();
        let (Some((verb, body)), None) = (members.next(), members.next()) else {
            return Err(format!("a step has exactly one verb: {written}"));
        };
        let body = match body {
            Value::String(on) => json!({ "on": on }),
            Value::Null => Value::Object(Map::new()),
            body => body,
        };
        let mut action = Map::new();
        action.insert(verb, body);
        let action = serde_path_to_error::deserialize(Value::Object(action))
            .map_err(|error| format!("{error}, in the step {written}"))?;
        Ok(Self {
            action,
            rules,
            written,
        })
    }
}

/// What a step does. Every field that is not given has the obvious value; `on` is the connection `a`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Opens a connection and says nothing.
    Open(Open),
    /// Opens a connection, says hello, and is welcomed.
    Hello(Hello),
    /// Opens a connection, resumes a session, and is welcomed.
    Resume(Resume),
    /// Sends a frame.
    Send(Send),
    /// Sends text or bytes as they are.
    Raw(Raw),
    /// Waits for a frame.
    Expect(Expect),
    /// Sends a frame and waits for the answer.
    Ask(Ask),
    /// Sends the frame again and again until the answer is the wanted one.
    Poll(Ask),
    /// Lists the principal's jobs, page after page, and looks at those that were not there before.
    Listed(Listed),
    /// Sends a frame that has to be refused.
    Refused(Refused),
    /// Submits a job, and it is accepted.
    Submit(Submit),
    /// Waits for a job's end, with all that the job said before.
    Ends(Ends),
    /// Waits for a frame and keeps all that came before it too.
    Until(Expect),
    /// Nothing of a kind comes for a while.
    Nothing(Nothing),
    /// Drops a connection without a word.
    Cut(On),
    /// Closes a connection as its transport does.
    HangUp(On),
    /// The runtime closes the connection.
    Closed(Closed),
    /// Gives a value a name.
    Set(Set),
    /// A value is what it should be.
    Check(Check),
    /// Plays steps for each of some values.
    Each(Each),
    /// Plays steps several times.
    Repeat(Repeat),
    /// Lets time pass; only where the rule is about time.
    Pause(Pause),
    /// Answers pings on a connection, or no longer.
    Heart(Heart),
    /// The client under test connects. For scenarios that play the runtime.
    Accept(Accept),
    /// The client says hello, or resumes, and is welcomed.
    Welcome(Welcome),
    /// The client submits a job, and it is accepted.
    Submitted(Submitted),
    /// Another command of the client is started, after the one before has ended.
    Start(Start),
    /// The client is killed.
    Kill(Kill),
    /// The client has ended.
    Exits(Exits),
    /// The session still works: a job is submitted and succeeds. Errors that came before are left aside.
    Alive(On),
}

fn on() -> String {
    "a".to_owned()
}

fn alice() -> String {
    "alice".to_owned()
}

macro_rules! step {
    ($(#[$doc:meta])* $name:ident { $($(#[$field:meta])* $member:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The connection.
            #[serde(default = "on")]
            pub on: String,
            $($(#[$field])* pub $member: $type,)*
        }
    };
}

// After the macro: they use it too.
mod clients;
mod listing;

pub use clients::{Accept, Exits, Kill, Start, Submitted, Welcome};
pub use listing::Listed;

step! {
    /// A connection and nothing else.
    On {}
}
step! {
    /// See [`Action::Open`].
    Open {
        /// Another HTTP path than the usual.
        path: Option<String>,
        /// The HTTP status that refuses the upgrade.
        refused: Option<u16>,
    }
}
step! {
    /// See [`Action::Hello`].
    Hello {
        /// The principal: `alice` or `bob`.
        #[serde(default = "alice")]
        who: String,
        /// The features that are listed; all that there are when not given.
        features: Option<Vec<String>>,
        /// Features that are left out.
        #[serde(default)]
        without: Vec<String>,
        /// Members of the payload, added or replaced.
        #[serde(default)]
        payload: Map<String, Value>,
        /// Members of the envelope, added or replaced.
        #[serde(default)]
        frame: Map<String, Value>,
        /// A pattern for the welcome.
        welcome: Option<Value>,
    }
}
step! {
    /// See [`Action::Resume`].
    Resume {
        /// The connection whose session is resumed.
        of: String,
        /// The last sequence number received.
        last: Value,
        /// How it is asked for: `hello`, `flat` or `message`.
        #[serde(default = "hello_word")]
        by: String,
        /// The token, when not the newest.
        token: Option<Value>,
        /// The principal.
        #[serde(default = "alice")]
        who: String,
        /// The code that refuses it. The connection is closed then.
        refused: Option<Value>,
    }
}

fn hello_word() -> String {
    "hello".to_owned()
}

step! {
    /// See [`Action::Send`].
    Send {
        /// The frame; `arcp`, `id` and `session_id` are filled in when not given, and left out when `null`.
        frame: Map<String, Value>,
        /// Keeps the frame that was sent.
        r#as: Option<String>,
    }
}
step! {
    /// See [`Action::Raw`]. Exactly one of the three.
    Raw {
        /// Text.
        text: Option<String>,
        /// Bytes, written as base64; a binary frame on a WebSocket.
        base64: Option<String>,
        /// A frame that is sent as bytes.
        binary: Option<Map<String, Value>>,
        /// How many times.
        #[serde(default = "once")]
        times: usize,
    }
}

fn once() -> usize {
    1
}

step! {
    /// See [`Action::Expect`] and [`Action::Until`].
    Expect {
        /// The pattern. The first frame with its `type`, `job_id` and `payload.kind` has to match it whole.
        frame: Value,
        /// It has to be the very next frame.
        #[serde(default)]
        next: bool,
        /// A `session.error` that comes first is left aside.
        #[serde(default)]
        despite_errors: bool,
        /// Keeps the frame, or for `until` the list of frames.
        r#as: Option<String>,
        /// Milliseconds, when other than usual.
        within: Option<u64>,
    }
}
step! {
    /// See [`Action::Ask`] and [`Action::Poll`].
    Ask {
        /// The frame that asks.
        frame: Map<String, Value>,
        /// The pattern of the answer.
        gets: Value,
        /// A `session.error` that comes first is left aside.
        #[serde(default)]
        despite_errors: bool,
        /// Keeps the answer.
        r#as: Option<String>,
    }
}
step! {
    /// See [`Action::Refused`].
    Refused {
        /// The frame; or `raw`.
        frame: Option<Map<String, Value>>,
        /// Text instead of a frame.
        raw: Option<String>,
        /// The code, or several of which one has to come.
        code: Value,
        /// More that the error's payload has to be.
        #[serde(default = "anything")]
        error: Value,
        /// The connection is closed after it.
        #[serde(default)]
        closes: bool,
    }
}

fn anything() -> Value {
    json!({})
}

step! {
    /// See [`Action::Submit`].
    Submit {
        /// The job's name in the scenario: `J` when not given. `J.job_id`, `J.payload` and so on are of its `job.accepted`.
        #[serde(default = "job")]
        r#as: String,
        /// Steps for the contract agent.
        r#do: Option<Value>,
        /// The name of a program in programs.yaml.
        program: Option<String>,
        /// The agent; `probe` when there are steps.
        agent: Option<String>,
        /// The input, when there are no steps.
        input: Option<Value>,
        /// The lease that is asked for.
        lease: Option<Value>,
        /// Members of the payload, added or replaced.
        #[serde(default)]
        payload: Map<String, Value>,
        /// Members of the envelope, added or replaced.
        #[serde(default)]
        frame: Map<String, Value>,
        /// A pattern for the payload of `job.accepted`.
        #[serde(default = "anything")]
        accepted: Value,
        /// The code that refuses it, instead.
        refused: Option<Value>,
        /// A `session.error` that comes first is left aside.
        #[serde(default)]
        despite_errors: bool,
        /// No answer is waited for. `J.id` is the frame's id then.
        #[serde(default)]
        unanswered: bool,
    }
}

fn job() -> String {
    "J".to_owned()
}

step! {
    /// See [`Action::Ends`].
    Ends {
        /// The job.
        #[serde(default = "job")]
        job: String,
        /// A pattern for the payload of `job.result`.
        result: Option<Value>,
        /// A pattern for the payload of `job.error`, or its code.
        error: Option<Value>,
        /// A pattern for the list of the payloads of all of the job's events, in order.
        events: Option<Value>,
        /// Patterns for payloads among the job's events, in this order.
        contains: Option<Vec<Value>>,
        /// Keeps `events` and `end`.
        r#as: Option<String>,
        /// Milliseconds, when other than usual.
        within: Option<u64>,
    }
}
step! {
    /// See [`Action::Nothing`].
    Nothing {
        /// A pattern; any frame when not given. Answers to pings never count.
        frame: Option<Value>,
        /// Milliseconds of real time.
        #[serde(default = "moment")]
        r#for: u64,
    }
}

fn moment() -> u64 {
    150
}

step! {
    /// See [`Action::Closed`].
    Closed {
        /// One of these close codes, on a WebSocket.
        code: Option<Vec<u16>>,
        /// Milliseconds, when other than usual.
        within: Option<u64>,
        /// A pattern that every frame before the end has to match; without it no frame may come.
        frames: Option<Value>,
    }
}

/// See [`Action::Set`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Value,
}

/// See [`Action::Check`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The value.
    pub value: Value,
    /// Its pattern.
    pub is: Value,
}

/// See [`Action::Each`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// The values.
    pub of: Value,
    /// The name each has in the steps.
    #[serde(default = "item")]
    pub r#as: String,
    /// The steps.
    pub r#do: Vec<Step>,
}

fn item() -> String {
    "x".to_owned()
}

/// See [`Action::Repeat`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// How many times.
    pub times: usize,
    /// The name of the round's number, from 0.
    #[serde(default = "round")]
    pub r#as: String,
    /// The steps.
    pub r#do: Vec<Step>,
}

fn round() -> String {
    "i".to_owned()
}

/// See [`Action::Pause`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Milliseconds.
    pub ms: u64,
    /// What has to pass.
    pub why: String,
}

step! {
    /// See [`Action::Heart`].
    Heart {
        /// Whether pings are answered.
        answers: bool,
    }
}
