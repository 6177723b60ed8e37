//! What the macro writes, and what it refuses. That the written code compiles is shown by `tests/macro_ui`.

use proc_macro2::{TokenStream, TokenTree};

use crate::expand_agent;

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("the test's own tokens")
}

/// Compares with `snapshots/`.
fn assert_written(name: &str, code: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, code);
    });
}

fn pretty(arguments: &str, item: &str) -> String {
    let file =
        syn::parse2(expand_agent(tokens(arguments), tokens(item))).expect("the expansion is Rust");
    prettyplease::unparse(&file)
}

/// The texts of the `compile_error!`s, without the shape that follows the last one.
fn mistakes(arguments: &str, item: &str) -> Vec<String> {
    whole_mistakes(arguments, item)
        .into_iter()
        .map(|message| message.split("\n\n").next().unwrap_or_default().to_owned())
        .collect()
}

fn whole_mistakes(arguments: &str, item: &str) -> Vec<String> {
    let mut after_name = false;
    let mut found = Vec::new();
    for token in expand_agent(tokens(arguments), tokens(item)) {
        match token {
            TokenTree::Ident(word) => after_name = word == "compile_error",
            TokenTree::Group(group) if after_name => {
                found.push(
                    syn::parse2::<syn::LitStr>(group.stream())
                        .expect("a message")
                        .value(),
                );
                after_name = false;
            }
            _ => {}
        }
    }
    found
}

const GOOD: &str =
    "async fn greet(ctx: JobContext, input: Name) -> Result<String, AgentError> { Ok(input.0) }";

#[test]
fn smallest_agent() {
    assert_written("smallest_agent", &pretty("", GOOD));
}

#[test]
fn agent_with_everything() {
    assert_written(
        "agent_with_everything",
        &pretty(
            r#"name = "code.refactor_2", version = "2.0.0-rc+1", default, max_runtime = "5m", crate = crate"#,
            r#"
        /// Rewrites a module
        /// in place.
        ///
        /// # Notes
        /// Slow.
        #[cfg(feature = "refactor")]
        #[allow(unused)]
        #[tracing::instrument]
        pub(crate) async fn refactor(mut ctx: agent::JobContext, _: Option<Vec<u8>>) -> io::Result<()> { work().await }
        "#,
        ),
    );
}

#[test]
fn stand_in_of_a_bad_agent() {
    assert_written(
        "stand_in_of_a_bad_agent",
        &pretty(
            "",
            "pub fn late(ctx: JobContext, input: ()) -> Result<(), AgentError> {}",
        ),
    );
}

#[test]
fn name_is_made_of_the_functions() {
    let written = |item: &str| pretty("", item);
    let signature = "(ctx: JobContext, input: ()) -> Result<(), E> {}";
    assert!(
        written(&format!("async fn code_refactor{signature}")).contains(r#"name: "code-refactor""#)
    );
    assert!(written(&format!("async fn r#move{signature}")).contains(r#"name: "move""#));
}

#[test]
fn names_follow_the_grammar() {
    for name in ["echo", "9a", "a.b_c-d", "0"] {
        assert_eq!(
            mistakes(&format!("name = {name:?}"), GOOD),
            [""; 0],
            "{name}"
        );
    }
    for name in ["", "A", "-a", ".a", "_a", "a b", "é", "a@1"] {
        let found = mistakes(&format!("name = {name:?}"), GOOD);
        assert!(
            found.len() == 1 && found[0].contains("is not an agent's name"),
            "{name}: {found:?}"
        );
    }
    let long = "a".repeat(256);
    assert_eq!(
        mistakes(&format!("name = {long:?}"), GOOD),
        ["`name@version` has at most 256 characters (§7.5)"]
    );
}

#[test]
fn names_of_functions_follow_it_too() {
    for name in ["_private", "Shout", "größe"] {
        let item = GOOD.replace("greet", name);
        let found = mistakes("", &item);
        assert!(
            found.len() == 1 && found[0].starts_with("the function's name makes"),
            "{name}: {found:?}"
        );
        assert_eq!(mistakes(r#"name = "fine""#, &item), [""; 0]);
    }
}

#[test]
fn versions_follow_the_grammar() {
    for version in ["V", "2.0.0-beta+sha.abc", "1", "-"] {
        assert_eq!(
            mistakes(&format!("version = {version:?}"), GOOD),
            [""; 0],
            "{version}"
        );
    }
    for version in ["", "1/2", "1@2", "1 0", "é"] {
        let found = mistakes(&format!("version = {version:?}"), GOOD);
        assert!(
            found.len() == 1 && found[0].contains("is not a version"),
            "{version}: {found:?}"
        );
    }
}

#[test]
fn run_times_are_seconds_on_the_wire() {
    for (text, seconds) in [
        ("\"90s\"", 90),
        ("\"5m\"", 300),
        ("\"2h\"", 7200),
        ("30", 30),
        ("2147483647", 2_147_483_647),
    ] {
        let written = pretty(&format!("max_runtime = {text}"), GOOD);
        assert!(
            written.contains(&format!("Some({seconds}u64)")),
            "{text}: {written}"
        );
    }
    for text in [
        "\"\"",
        "\"s\"",
        "\"5\"",
        "\"5d\"",
        "\"-1s\"",
        "\"1.5m\"",
        "0",
        "90s",
        "2147483648",
        "\"9999999999999999999h\"",
        "x",
    ] {
        let found = mistakes(&format!("max_runtime = {text}"), GOOD);
        assert!(
            found.len() == 1 && found[0].starts_with("`max_runtime` takes a time"),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn arguments_are_refused_one_by_one() {
    assert_eq!(
        mistakes(
            r#"name, name = "twice", versoin = "1", default = 3, , crate = "text", version("1"), 7"#,
            GOOD
        ),
        [
            "an argument is missing before this comma",
            "`name` takes a string: `name = \"my-agent\"`",
            "`name` is given twice",
            "`versoin` is not an argument: there are `name`, `version`, `default`, `max_runtime`, `crate`",
            "`default` takes no value, `true` or `false`",
            "`crate` takes a path: `crate = my_crate::arcp_runtime`",
            "after `version` comes `= …` or a comma",
            "an argument starts with its name: `name`, `version`, `default`, `max_runtime`, `crate`",
        ]
    );
}

#[test]
fn signature_is_refused_at_every_departure() {
    let item = "const unsafe extern \"C\" fn f<T>(self, (a, b): &'a str, x: impl Into<Vec<&u8>>, y: u8, ...) -> String where T: Copy {}";
    let starts = [
        "an agent is an `async fn`",
        "an agent runs, it is not evaluated",
        "the runtime calls an agent with whatever",
        "an agent is called by Rust only",
        "an agent has no generic parameters: what",
        "an agent has no generic parameters: remove",
        "an agent takes exactly its context and its input: remove `...`",
        "an agent is a function of its own",
        "an agent's argument has a plain name",
        "an agent owns its arguments",
        "`impl Trait` has no schema",
        "an agent owns its arguments",
        "an agent takes two arguments, its context and its input: put what else",
        "an agent returns a `Result`: the right side",
    ];
    let found = mistakes("", item);
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (found, start) in found.iter().zip(starts) {
        assert!(
            found.starts_with(start),
            "{found} does not start with {start}"
        );
    }
}

#[test]
fn missing_parts_are_named() {
    let none = mistakes("", "async fn f() {}");
    assert!(
        none[0].contains("both are missing") && none[1].contains("write what it results in"),
        "{none:?}"
    );
    let one = mistakes("", "async fn f(ctx: JobContext) -> Result<(), E> {}");
    assert!(
        one.len() == 1 && one[0].contains("one is missing"),
        "{one:?}"
    );
}

#[test]
fn only_functions_are_agents() {
    for item in [
        "struct S;",
        "async fn f(ctx: C, input: I) -> Result<(), E>;",
        "impl S {}",
        "",
        "async fn f(",
    ] {
        let Ok(item) = item.parse::<TokenStream>() else {
            continue;
        };
        let found = mistakes("", &item.to_string());
        assert_eq!(
            found,
            ["`#[arcp_agent]` goes on an `async fn` with a body"],
            "{item}"
        );
    }
}

#[test]
fn static_lifetimes_are_owned() {
    let item = "async fn f(ctx: C, input: Cow<'static, str>) -> Result<&'static str, E> {}";
    assert_eq!(mistakes("", item), [""; 0]);
    let item = "async fn f(ctx: C, input: Cow<'_, str>) -> Result<&str, E> {}";
    assert_eq!(mistakes("", item).len(), 2);
}

#[test]
fn shapes_are_shown_once_each() {
    let found = whole_mistakes("x, y", "fn f() {}").join("\n");
    assert_eq!(found.matches("the shape of an agent:").count(), 1);
    assert_eq!(found.matches("the arguments, all optional:").count(), 1);
}
