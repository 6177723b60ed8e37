//! Jobs that give work to jobs, and take them along when they end (§10).

use std::time::Duration;

use super::wish::Wish;
use super::world::World;
use crate::limits::Limits;
use crate::store::Status;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_parent_waits_for_its_children_and_has_the_last_word() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let parent = world.running(ann, &Wish::default());
    let child = world.delegate(parent, &Wish::default()).unwrap();
    let grandchild = world.delegate(child, &Wish::default()).unwrap();
    world.finish(parent);
    assert!(world.runs[&child].stopped && world.runs[&grandchild].stopped);
    assert!(
        world.delegate(parent, &Wish::default()).is_none(),
        "it has its outcome"
    );
    assert_eq!(world.stored.job(parent).terminal, None);
    world.finish(child);
    world.finish(grandchild);
    let ends: Vec<_> = world.clients[ann]
        .events
        .iter()
        .map(|got| got.job)
        .collect();
    assert_eq!(
        ends,
        [parent, grandchild, child, parent],
        "a warning, then the ends"
    );
    assert_eq!(world.clients[ann].newest()["final_status"], "success");
    assert_eq!(world.returned, [grandchild, child]);
}

#[test]
fn a_cancelled_family_shares_one_grace() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let parent = world.running(ann, &Wish::default());
    let child = world.delegate(parent, &Wish::default()).unwrap();
    world.cancel(ann, parent);
    assert!(world.runs[&child].stopped);
    assert!(world.delegate(parent, &Wish::default()).is_none());
    world.pass(world.limits.cancel_grace);
    world.settle();
    for job in [parent, child] {
        assert_eq!(world.stored.job(job).row.status, Status::Cancelled);
    }
    let ends: Vec<_> = world.clients[ann]
        .events
        .iter()
        .map(|got| got.job)
        .collect();
    assert_eq!(ends, [child, parent]);
}

#[test]
fn when_time_is_up_everything_below_ends_at_once() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let short = Wish {
        max_runtime: Some(5 * SECOND),
        ..Wish::default()
    };
    let parent = world.running(ann, &short);
    let child = world.delegate(parent, &Wish::default()).unwrap();
    let grandchild = world.delegate(child, &Wish::default()).unwrap();
    world.pass(5 * SECOND);
    world.settle();
    assert!(world.runs.is_empty());
    assert_eq!(world.stored.job(parent).row.status, Status::TimedOut);
    for job in [child, grandchild] {
        assert_eq!(world.stored.job(job).row.status, Status::Cancelled);
    }
}

#[test]
fn a_child_goes_on_without_the_owner_and_is_adopted_with_its_parent() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let parent = world.running(ann, &Wish::keyed("k"));
    let child = world.delegate(parent, &Wish::default()).unwrap();
    world.cut(ann);
    world.pass(world.limits.resume_window);
    world.settle();
    let late = world.delegate(parent, &Wish::default()).unwrap();
    world.hello(ann);
    world.settle();
    assert_eq!(world.submit(ann, &Wish::keyed("k")), Some(parent));
    world.emit(child, "1");
    world.emit(late, "2");
    assert_eq!(world.clients[ann].numbers(), [1, 2]);
    world.cancel(ann, child);
    world.finish(child);
    assert_eq!(world.clients[ann].newest()["code"], "CANCELLED");
}

#[test]
fn depth_and_siblings_have_caps() {
    let mut world = World::new(Limits {
        delegation_depth: 1,
        children_per_job: 2,
        ..Limits::default()
    });
    let ann = world.joined("ann");
    let parent = world.running(ann, &Wish::default());
    let child = world.delegate(parent, &Wish::default()).unwrap();
    assert!(world.delegate(child, &Wish::default()).is_none());
    assert!(world.delegate(parent, &Wish::default()).is_some());
    assert!(world.delegate(parent, &Wish::default()).is_none());
    world.finish(child);
    assert!(
        world.delegate(parent, &Wish::default()).is_some(),
        "one has ended"
    );
}
