//! The grammar of the probe's script: what is refused and where, and what is read.

use arcp_generated::common::Json;

use crate::agent::Agent as _;

use super::script::{Piece, Script, Step};

fn json(text: &str) -> Json {
    serde_json::from_str(text).expect("the test's own JSON")
}

fn refusal(input: &str) -> String {
    match Script::read(&json(input), false) {
        Ok(script) => panic!("{input} was read as {script:?}"),
        Err(invalid) => invalid.to_string(),
    }
}

fn script(steps: &str) -> Script {
    match Script::read(&json(&format!(r#"{{"do":[{steps}]}}"#)), true) {
        Ok(script) => script,
        Err(invalid) => panic!("{steps}: {invalid}"),
    }
}

#[test]
fn every_step_is_read() {
    let steps = [
        r#"{"log":{"message":"a","level":"warn"}}"#,
        r#"{"thought":{"text":"a"}}"#,
        r#"{"status":{"phase":"p","message":null}}"#,
        r#"{"metric":{"name":"cost.x","value":0.10,"unit":"USD","dimensions":{"a":"b"}}}"#,
        r#"{"artifact":{"uri":"arcp://a","content_type":"text/plain","byte_size":3}}"#,
        r#"{"progress":{"current":1,"total":2.5,"units":"files","message":"m"}}"#,
        r#"{"vendor":{"kind":"x-vendor.a.b","body":{"x":1}}}"#,
        r#"{"chunk":{"data":"a"}}"#,
        r#"{"call":{"tool":"t","args":{"path":"/a"},"result":null,"cost":{"USD":"0.42"},"fatal":true}}"#,
        r#"{"model":{"id":"m"}}"#,
        r#"{"delegate":{"agent":"probe@1.0.0","input":{"do":[]},"lease_request":{"fs.read":["/a"]},"lease_constraints":{},"wait":false}}"#,
        r#"{"rotate":{"credential":0,"value":"v"}}"#,
        r#"{"sleep":{"ms":1}}"#,
        r#"{"repeat":{"n":2,"do":[{"repeat":{"n":0,"do":[]}}]}}"#,
        r#"{"block":{}}"#,
        r#"{"stubborn":{"ms":1}}"#,
        r#"{"spin":{"ms":1}}"#,
        r#"{"count":{"name":"a-1"}}"#,
        r#"{"fail":{"code":"X","message":"m","retryable":true}}"#,
        r#"{"panic":{}}"#,
    ];
    assert_eq!(script(&steps.join(",")).steps.len(), steps.len());
    assert!(matches!(
        script(r#"{"return":null}"#).steps[..],
        [Step::Return(_)]
    ));
}

/// Inputs, and all that is said of them.
const REFUSED: &[(&str, &str)] = &[
    ("[]", "input: must be an object"),
    ("{}", "input: needs `do`"),
    (r#"{"do":[],"then":1}"#, "input.then: is not a member here"),
    (r#"{"do":[],"do":[]}"#, "input.do: stands here twice"),
    (r#"{"do":{}}"#, "input.do: must be a list"),
    (r#"{"do":[1]}"#, "input.do[0]: must be an object"),
    (
        r#"{"do":[{}]}"#,
        "input.do[0]: must be an object with exactly one member, the step",
    ),
    (
        r#"{"do":[{"block":{},"sleep":{"ms":1}}]}"#,
        "input.do[0]: must be an object with exactly one member, the step",
    ),
    (
        r#"{"do":[{"block":{}},{"block":{"x":1}}]}"#,
        "input.do[1].block.x: is not a member here",
    ),
    (
        r#"{"do":[{"log":null}]}"#,
        "input.do[0].log: must be an object",
    ),
    (r#"{"do":[{"log":{}}]}"#, "input.do[0].log: needs `message`"),
    (
        r#"{"do":[{"log":{"message":1}}]}"#,
        "input.do[0].log.message: must be a string",
    ),
    (
        r#"{"do":[{"metric":{"name":"a","value":"1"}}]}"#,
        "input.do[0].metric.value: must be a number",
    ),
    (
        r#"{"do":[{"metric":{"name":"a","value":1,"dimensions":{"d":2}}}]}"#,
        "input.do[0].metric.dimensions.d: must be a string",
    ),
    (
        r#"{"do":[{"chunk":{}}]}"#,
        "input.do[0].chunk: must have one of `data`, `base64`, `bytes`",
    ),
    (
        r#"{"do":[{"chunk":{"data":"a","bytes":1}}]}"#,
        "input.do[0].chunk: must have one of `data`, `base64`, `bytes`",
    ),
    (
        r#"{"do":[{"chunk":{"bytes":67108865}}]}"#,
        "input.do[0].chunk.bytes: must be a whole number from 0 to 67108864",
    ),
    (
        r#"{"do":[{"call":{"tool":"t","args":[]}}]}"#,
        "input.do[0].call.args: must be an object",
    ),
    (
        r#"{"do":[{"call":{"tool":"t","cost":{"USD":0.42}}}]}"#,
        "input.do[0].call.cost.USD: must be a string",
    ),
    (
        r#"{"do":[{"call":{"tool":"t","cost":{"USD":"-1"}}}]}"#,
        r#"input.do[0].call.cost.USD: must be an amount such as "0.42""#,
    ),
    (
        r#"{"do":[{"call":{"tool":"t","fatal":1}}]}"#,
        "input.do[0].call.fatal: must be true or false",
    ),
    (
        r#"{"do":[{"sleep":{"ms":1.5}}]}"#,
        "input.do[0].sleep.ms: must be a whole number from 0 to 86400000",
    ),
    (
        r#"{"do":[{"repeat":{"n":1,"do":[{"spin":{"ms":-1}}]}}]}"#,
        "input.do[0].repeat.do[0].spin.ms: must be a whole number from 0 to 60000",
    ),
    (
        r#"{"do":[{"count":{"name":"../a"}}]}"#,
        "input.do[0].count.name: must be 1 to 64 letters, digits or `-`",
    ),
    (
        r#"{"do":[{"count":{"name":"a"}}]}"#,
        "input.do[0].count: needs a folder: start the runtime with `--probe-dir`",
    ),
    (
        r#"{"do":[{"chunk":{"data":"a"}},{"repeat":{"n":1,"do":[{"return":1}]}}]}"#,
        "input.do[1].repeat.do[0].return: is not allowed beside `chunk`: the pieces are the result",
    ),
    (
        r#"{"do":[{"return":1},{"repeat":{"n":1,"do":[{"chunk":{"bytes":1}}]}}]}"#,
        "input.do[0].return: is not allowed beside `chunk`: the pieces are the result",
    ),
];

#[test]
fn each_refusal_names_its_place() {
    for (input, wanted) in REFUSED {
        assert_eq!(refusal(input), *wanted, "{input}");
    }
}

#[test]
fn refusals_with_a_reason_from_elsewhere_name_their_place_too() {
    let cases = [
        (
            r#"{"do":[{"dance":1}]}"#,
            "input.do[0].dance: is not a step; there are log,",
        ),
        (
            r#"{"do":[{"chunk":{"base64":"a"}}]}"#,
            "input.do[0].chunk.base64: is not padded base64: ",
        ),
        (
            r#"{"do":[{"artifact":{"uri":"no","content_type":"a/b"}}]}"#,
            "input.do[0].artifact.uri: ",
        ),
        (
            r#"{"do":[{"artifact":{"uri":"a:b","content_type":"b"}}]}"#,
            "input.do[0].artifact.content_type: ",
        ),
        (
            r#"{"do":[{"vendor":{"kind":"log","body":{}}}]}"#,
            "input.do[0].vendor.kind: ",
        ),
        (
            r#"{"do":[{"delegate":{"agent":"A b"}}]}"#,
            "input.do[0].delegate.agent: ",
        ),
        (
            r#"{"do":[{"delegate":{"agent":"a","lease_request":[]}}]}"#,
            "input.do[0].delegate.lease_request: ",
        ),
        (
            r#"{"do":[{"delegate":{"agent":"a","lease_constraints":{"expires_at":1}}}]}"#,
            "input.do[0].delegate.lease_constraints.expires_at: ",
        ),
    ];
    for (input, start) in cases {
        let refusal = refusal(input);
        assert!(refusal.starts_with(start), "{input}: {refusal}");
    }
}

#[test]
fn nesting_has_an_end() {
    let nested = |depth: usize| {
        format!(
            r#"{{"do":[{}{}]}}"#,
            r#"{"repeat":{"n":1,"do":["#.repeat(depth),
            "]}}".repeat(depth)
        )
    };
    assert!(Script::read(&json(&nested(16)), false).is_ok());
    let refusal = refusal(&nested(17));
    assert!(
        refusal.ends_with("is nested too deep: at most 16 `repeat`s in one another"),
        "{refusal}"
    );
}

#[test]
fn the_innermost_index_is_put_into_strings() {
    let script = script(
        r#"{"log":{"message":"{i}"}},{"repeat":{"n":3,"do":[{"log":{"message":"at {i} of {i}"}},{"vendor":{"kind":"x-vendor.a.n{i}","body":{"deep":["{i}",7]}}}]}}"#,
    );
    let [
        Step::Log {
            message: outside, ..
        },
        Step::Repeat { times: 3, steps },
    ] = &script.steps[..]
    else {
        panic!("{script:?}");
    };
    assert_eq!(outside.render(5), "{i}");
    let [Step::Log { message, .. }, Step::Vendor { kind, body }] = &steps[..] else {
        panic!("{steps:?}")
    };
    assert_eq!(message.render(2), "at 2 of 2");
    assert_eq!(kind.render(2), "x-vendor.a.n2");
    assert_eq!(body.render(12).expect("JSON").get(), r#"{"deep":["12",7]}"#);
}

#[test]
fn values_keep_their_text() {
    let script = script(r#"{"return":{"b":1.10,"a":[ 123456789012345678901234567890 ]}}"#);
    let [Step::Return(value)] = &script.steps[..] else {
        panic!("{script:?}")
    };
    assert_eq!(
        value.render(0).expect("JSON").get(),
        r#"{"b":1.10,"a":[ 123456789012345678901234567890 ]}"#
    );
}

#[test]
fn pieces_are_decoded() {
    let script = script(r#"{"chunk":{"base64":"AAEC/w=="}},{"chunk":{"bytes":12}}"#);
    let [
        Step::Chunk(Piece::Bytes(bytes)),
        Step::Chunk(Piece::Digits(12)),
    ] = &script.steps[..]
    else {
        panic!("{script:?}")
    };
    assert_eq!(bytes, &[0, 1, 2, 255]);
}

#[test]
fn the_old_version_stamps_objects_only() {
    let cases = [
        (
            r#"{"a":1.10,"b":[]}"#,
            r#"{"a":1.10,"b":[],"version":"1.0.0"}"#,
        ),
        (r#"{"version":9}"#, r#"{"version":"1.0.0"}"#),
        ("{}", r#"{"version":"1.0.0"}"#),
        ("[1]", "[1]"),
        ("null", "null"),
    ];
    for (result, wanted) in cases {
        assert_eq!(super::stamped(json(result)).expect("JSON").get(), wanted);
    }
}

#[test]
fn both_versions_are_described() {
    let [one, two] = super::Probe::versions(None).map(|probe| probe.descriptor());
    assert_eq!(
        (one.name.as_str(), one.version.as_str(), one.default),
        ("probe", "1.0.0", false)
    );
    assert_eq!(
        (two.name.as_str(), two.version.as_str(), two.default),
        ("probe", "2.0.0", true)
    );
}
