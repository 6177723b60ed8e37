//! What is left after something was trimmed, forgotten or gone.

use arcp_runtime::id::{CredentialKey, Ulid};
use arcp_runtime::store::Record;

use super::super::{ALL, Fixture, accepted, appended, entry, job, opened, received, session};
use super::recovered;

pub(super) async fn trimmed_deliveries_are_gone(mut fixture: Fixture) {
    let mut batch = vec![opened(1), opened(2), accepted(1, 1)];
    batch.extend((1..=10).map(|n| appended(1, n, &[(1, n), (2, n)])));
    fixture.commit(batch).await;
    let trim = |through| Record::SessionTrimmed {
        session: session(1),
        through,
    };
    for (through, left_from) in [(4, 5), (2, 5), (9, 10)] {
        fixture.commit(vec![trim(through)]).await;
        fixture.reopen();
        let left: Vec<_> = (left_from..=10).map(|n| received(n, 1, n)).collect();
        assert_eq!(fixture.replay(1, 0, ALL).await, left);
        assert_eq!(fixture.replay(2, 0, ALL).await.len(), 10);
        assert_eq!(fixture.history(1, 0, ALL).await.len(), 10);
    }
    // Numbers that were not given out cannot be released.
    fixture.commit(vec![trim(u64::MAX)]).await;
    fixture.commit(vec![appended(1, 11, &[(1, 11)])]).await;
    fixture.reopen();
    assert_eq!(fixture.replay(1, 0, ALL).await, [received(11, 1, 11)]);
    let found = recovered(&fixture).await.sessions;
    assert_eq!(
        (found[0].last_event_seq, found[0].trimmed_through),
        (11, 10)
    );
}

pub(super) async fn trimmed_history_stays_with_its_receivers(mut fixture: Fixture) {
    let mut batch = vec![opened(1), opened(2), accepted(1, 1)];
    batch.extend((1..=10).map(|n| match n {
        3..=6 => appended(1, n, &[(1, n), (2, n - 2)]),
        _ => appended(1, n, &[(1, n)]),
    }));
    fixture.commit(batch).await;
    fixture
        .commit(vec![
            Record::JobTrimmed {
                job: job(1),
                through: 8,
            },
            Record::SessionTrimmed {
                session: session(1),
                through: 10,
            },
        ])
        .await;
    for _ in 0..2 {
        assert_eq!(
            fixture.history(1, 0, ALL).await,
            [entry(1, 9), entry(1, 10)]
        );
        assert!(fixture.replay(1, 0, ALL).await.is_empty());
        let left: Vec<_> = (3..=6).map(|n| received(n - 2, 1, n)).collect();
        assert_eq!(fixture.replay(2, 0, ALL).await, left);
        assert_eq!(recovered(&fixture).await.jobs[0].trimmed_through, 8);
        fixture.reopen();
    }
}

pub(super) async fn a_forgotten_job_stays_with_its_receivers(mut fixture: Fixture) {
    fixture
        .commit(vec![
            opened(1),
            opened(2),
            accepted(1, 1),
            Record::Subscribed {
                session: session(2),
                job: job(1),
            },
            appended(1, 1, &[(1, 1), (2, 1)]),
            appended(1, 2, &[(1, 2), (2, 2)]),
        ])
        .await;
    fixture
        .commit(vec![Record::JobForgotten { job: job(1) }])
        .await;
    for _ in 0..2 {
        let left = [received(1, 1, 1), received(2, 1, 2)];
        assert_eq!(fixture.replay(2, 0, ALL).await, left);
        assert!(fixture.history(1, 0, ALL).await.is_empty());
        let found = recovered(&fixture).await;
        assert!(found.jobs.is_empty() && found.subscriptions.is_empty());
        fixture.reopen();
    }
    let trim = Record::SessionTrimmed {
        session: session(2),
        through: 1,
    };
    fixture.commit(vec![trim]).await;
    assert_eq!(fixture.replay(2, 0, ALL).await, [received(2, 1, 2)]);
    assert_eq!(fixture.replay(1, 0, ALL).await.len(), 2);
}

pub(super) async fn a_gone_session_takes_its_subscriptions(mut fixture: Fixture) {
    let follow = |n| Record::Subscribed {
        session: session(n),
        job: job(1),
    };
    fixture
        .commit(vec![
            opened(1),
            opened(2),
            accepted(1, 1),
            follow(1),
            follow(2),
            appended(1, 1, &[(1, 1), (2, 1)]),
        ])
        .await;
    fixture
        .commit(vec![Record::SessionGone {
            session: session(1),
        }])
        .await;
    for _ in 0..2 {
        assert!(fixture.replay(1, 0, ALL).await.is_empty());
        assert_eq!(fixture.replay(2, 0, ALL).await, [received(1, 1, 1)]);
        assert_eq!(fixture.history(1, 0, ALL).await, [entry(1, 1)]);
        let found = recovered(&fixture).await;
        assert_eq!(found.sessions.len(), 1);
        assert_eq!(found.jobs[0].row.owner, session(1), "jobs stay");
        assert_eq!(found.subscriptions, [(session(2), job(1))]);
        fixture.reopen();
    }
}

pub(super) async fn numbers_go_on_after_everything_was_trimmed(mut fixture: Fixture) {
    let mut batch = vec![opened(1), accepted(1, 1)];
    batch.extend((1..=3).map(|n| appended(1, n, &[(1, n)])));
    batch.push(Record::JobTrimmed {
        job: job(1),
        through: 3,
    });
    batch.push(Record::SessionTrimmed {
        session: session(1),
        through: 3,
    });
    fixture.commit(batch).await;
    // Twice, because the first opening may still find what is deleted later.
    fixture.reopen();
    fixture.reopen();
    let found = recovered(&fixture).await;
    assert_eq!(found.sessions[0].last_event_seq, 3);
    assert_eq!(
        (found.jobs[0].last_seq, found.jobs[0].last_owner_seq),
        (3, 103)
    );
    fixture.commit(vec![appended(1, 4, &[(1, 4)])]).await;
    assert_eq!(fixture.replay(1, 0, ALL).await, [received(4, 1, 4)]);
    assert_eq!(fixture.history(1, 0, ALL).await, [entry(1, 4)]);
}

pub(super) async fn releasing_what_is_not_there_is_no_error(fixture: Fixture) {
    let (session, job) = (session(8), job(8));
    fixture
        .commit(vec![
            Record::SessionTrimmed {
                session,
                through: 5,
            },
            Record::SessionGone { session },
            Record::Unsubscribed { session, job },
            Record::JobTrimmed { job, through: 5 },
            Record::JobForgotten { job },
        ])
        .await;
    let found = recovered(&fixture).await;
    assert!(found.sessions.is_empty() && found.jobs.is_empty());
}

pub(super) async fn credentials_are_owed_until_they_are_revoked(mut fixture: Fixture) {
    let handle = |n| CredentialKey(Ulid(n));
    let owed = |n, source: &str| Record::CredentialOwed {
        handle: handle(n),
        source: source.to_owned(),
        job: job(9),
    };
    // Their job need not be there, and may never be.
    fixture
        .commit(vec![owed(2, "b"), owed(1, "a"), owed(3, "a")])
        .await;
    fixture.reopen();
    let all = [
        (handle(1), "a".to_owned()),
        (handle(2), "b".to_owned()),
        (handle(3), "a".to_owned()),
    ];
    assert_eq!(recovered(&fixture).await.credentials, all);
    let revoked = |n| Record::CredentialRevoked { handle: handle(n) };
    fixture
        .commit(vec![revoked(2), revoked(2), revoked(7)])
        .await;
    fixture.reopen();
    let left = [all[0].clone(), all[2].clone()];
    assert_eq!(recovered(&fixture).await.credentials, left);
}
