//! How long it takes to compile a lease and to decide an operation. Asserts nothing about time.
//!
//! `cargo bench -p arcp-runtime --bench lease`

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use arcp_runtime::protocol::lease::model_use::ModelPolicy;
use arcp_runtime::protocol::lease::operation::Operation;
use arcp_runtime::protocol::lease::{Authority, Lease};
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;

type Failure = Box<dyn std::error::Error>;

/// A lease of usual size, or one with `patterns` patterns to a capability.
fn request(patterns: usize) -> BTreeMap<String, Vec<String>> {
    let entries = |first: &str, more: fn(usize) -> String| {
        std::iter::once(first.to_owned())
            .chain((1..patterns).map(more))
            .collect()
    };
    BTreeMap::from([
        (
            "fs.read".to_owned(),
            entries("/srv/data/**", |n| format!("/srv/{n}/**/*.json")),
        ),
        (
            "net.fetch".to_owned(),
            entries("https://api.example.com/v1/*", |n| {
                format!("https://{n}.example.com/**")
            }),
        ),
        (
            "tool.call".to_owned(),
            entries("search.*", |n| format!("tool{n}.*")),
        ),
    ])
}

fn compiled(patterns: usize) -> Result<Lease, Failure> {
    Lease::compile(&request(patterns)).map_err(|refusal| refusal.reason.into())
}

fn run(c: &mut Criterion) -> Result<(), Failure> {
    let mut group = c.benchmark_group("lease");
    // Steady after a moment: nothing here waits or allocates much.
    group.measurement_time(Duration::from_secs(2));
    let now = Timestamp::UNIX_EPOCH;
    let deep = format!("/srv/data/{}report.json", "a/".repeat(200));
    let operations = [
        (
            "a path that is allowed",
            Operation::FsRead {
                path: "/srv/data/2026/report.json",
            },
        ),
        ("a path of 200 folders", Operation::FsRead { path: &deep }),
        (
            "a path that is refused",
            Operation::FsRead {
                path: "/etc/passwd",
            },
        ),
        (
            "a URL that is allowed",
            Operation::NetFetch {
                url: "https://api.example.com/v1/items?q=1",
            },
        ),
        (
            "a tool that is allowed",
            Operation::ToolCall { tool: "search.web" },
        ),
    ];
    for patterns in [1, 100] {
        let request = request(patterns);
        group.bench_function(format!("compile, {patterns} patterns each"), |bencher| {
            bencher.iter(|| Lease::compile(black_box(&request)));
        });
        let authority = Authority::new("job", compiled(patterns)?, None, ModelPolicy::default());
        for (name, operation) in &operations {
            group.bench_function(format!("{name}, {patterns} patterns each"), |bencher| {
                bencher.iter(|| authority.check(black_box(operation), now));
            });
        }
    }
    group.finish();
    Ok(())
}

fn lease(c: &mut Criterion) {
    if let Err(failure) = run(c) {
        #[expect(clippy::panic, reason = "a benchmark has nobody to answer to")]
        {
            panic!("{failure}");
        }
    }
}

criterion_group!(benches, lease);
criterion_main!(benches);
