//! What a runtime counts, as a collector receives it.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{NumberDataPoint, metric, number_data_point};

use super::*;

type Numbers = BTreeMap<String, (f64, String)>;

/// The newest value and the unit of each number, by its name and its attributes.
pub(super) fn read(requests: impl Iterator<Item = ExportMetricsServiceRequest>) -> Numbers {
    let mut numbers = BTreeMap::new();
    let metrics = requests
        .flat_map(|request| request.resource_metrics)
        .flat_map(|of_service| of_service.scope_metrics)
        .flat_map(|of_scope| of_scope.metrics);
    for metric in metrics {
        let points = match metric.data.unwrap() {
            metric::Data::Gauge(gauge) => gauge.data_points,
            metric::Data::Sum(sum) => sum.data_points,
            other => panic!("{} is {other:?}", metric.name),
        };
        for point in points {
            let labels = super::collector::attributes(&point.attributes);
            let labels: Vec<_> = labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
            let name = if labels.is_empty() {
                metric.name.clone()
            } else {
                format!("{}{{{}}}", metric.name, labels.join(","))
            };
            numbers.insert(name, (value(&point), metric.unit.clone()));
        }
    }
    numbers
}

fn value(point: &NumberDataPoint) -> f64 {
    match point.value.unwrap() {
        number_data_point::Value::AsDouble(value) => value,
        number_data_point::Value::AsInt(value) => f64::from(i32::try_from(value).unwrap()),
    }
}

/// Holds numbers against what they should be.
#[track_caller]
fn hold(numbers: &Numbers, unit: &str, expected: &[(&str, f64)]) {
    for (name, number) in expected {
        let seen = numbers.get(*name);
        assert_eq!(
            seen,
            Some(&(*number, unit.to_owned())),
            "{name}: {numbers:?}"
        );
    }
}

#[tokio::test]
async fn numbers_of_the_runtime_arrive() {
    let stage = Stage::set().await;
    let mut job = stage.client.submit(plan()).await.unwrap();
    job.result().await.unwrap();
    let waits = Submission::to("failing").input("wait");
    let mut job = stage.client.submit(waits).await.unwrap();
    assert!(job.events().next().await.is_some());
    assert!(stage.client.submit(Submission::to("nobody")).await.is_err());
    // While a job runs.
    assert!(stage.telemetry.flush().await);
    let now = stage.collector.numbers();
    let jobs = [
        ("arcp.jobs{arcp.job.status=running}", 1.0),
        ("arcp.jobs{arcp.job.status=pending}", 0.0),
        ("arcp.job.accepted{arcp.agent=failing@1.0.0}", 1.0),
    ];
    hold(&now, "{job}", &jobs);
    hold(
        &now,
        "{session}",
        &[("arcp.sessions{arcp.session.state=attached}", 1.0)],
    );
    hold(&now, "{connection}", &[("arcp.connections", 1.0)]);
    job.cancel("enough").await.unwrap();
    assert!(job.result().await.is_err());
    let (_, collector) = stage.spans().await;

    let end = collector.numbers();
    let jobs = [
        ("arcp.jobs{arcp.job.status=running}", 0.0),
        ("arcp.job.accepted{arcp.agent=planner@1.2.0}", 1.0),
        ("arcp.job.accepted{arcp.agent=writer@1.0.0}", 1.0),
        (
            "arcp.job.ended{arcp.agent=planner@1.2.0,arcp.final_status=success}",
            1.0,
        ),
        (
            "arcp.job.ended{arcp.agent=failing@1.0.0,arcp.final_status=cancelled}",
            1.0,
        ),
        (
            "arcp.job.ended{arcp.agent=failing@1.0.0,arcp.final_status=error}",
            0.0,
        ),
        ("arcp.job.refused", 1.0),
    ];
    hold(&end, "{job}", &jobs);
    let refused = [
        ("arcp.operation.refused{error.type=PERMISSION_DENIED}", 1.0),
        ("arcp.operation.refused{error.type=BUDGET_EXHAUSTED}", 0.0),
    ];
    hold(&end, "{operation}", &refused);
    hold(&end, "{session}", &[("arcp.session.opened", 1.0)]);
    hold(
        &end,
        "{connection}",
        &[("arcp.connection.served", 1.0), ("arcp.connections", 0.0)],
    );
    for rises in [
        "arcp.frames{network.io.direction=receive}",
        "arcp.io{network.io.direction=transmit}",
        "arcp.event.appended",
        "arcp.store.commits",
    ] {
        assert!(end[rises].0 > 0.0, "{rises}: {end:?}");
    }
    assert_eq!(end["arcp.store.commit.time"].1, "s");
}
