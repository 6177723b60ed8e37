//! What every store does, whatever it is made of.

use std::sync::Arc;

use arcp_runtime::store::{
    PageLimit, Record, Recovered, RecoveredJob, RecoveredSession, Status, StoreError,
};
use jiff::Timestamp;

use super::{
    ALL, Fixture, accepted, appended, entry, job, job_row, left, opened, received, session,
    session_row,
};

mod releasing;

use releasing::{
    a_forgotten_job_stays_with_its_receivers, a_gone_session_takes_its_subscriptions,
    credentials_are_owed_until_they_are_revoked, numbers_go_on_after_everything_was_trimmed,
    releasing_what_is_not_there_is_no_error, trimmed_deliveries_are_gone,
    trimmed_history_stays_with_its_receivers,
};

/// Each test of the contract, for each store.
macro_rules! keep_the_contract {
    ($($store:ident),+: $tests:tt) => { $( keep_the_contract!(@ $store $tests); )+ };
    (@ $store:ident [$($test:ident),+ $(,)?]) => {
        mod $store {
            use super::super::Fixture;

            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test(Fixture::$store()).await;
                }
            )+
        }
    };
}

keep_the_contract!(memory, audited, sqlite, sqlite_with_power: [
    a_new_store_is_empty,
    rows_come_back_as_they_were,
    later_records_change_rows,
    a_session_is_left_until_it_is_resumed,
    one_entry_has_many_receivers,
    pages_end_at_either_limit,
    long_logs_are_read_in_pages,
    jobs_in_turn_keep_their_order,
    history_is_delivered_again,
    filtered_entries_leave_no_gap_in_the_session,
    trimmed_deliveries_are_gone,
    trimmed_history_stays_with_its_receivers,
    a_forgotten_job_stays_with_its_receivers,
    a_gone_session_takes_its_subscriptions,
    numbers_go_on_after_everything_was_trimmed,
    releasing_what_is_not_there_is_no_error,
    credentials_are_owed_until_they_are_revoked,
    a_refused_batch_leaves_nothing,
    readers_see_whole_batches,
    large_payloads_come_back,
]);

async fn recovered(fixture: &Fixture) -> Recovered {
    let mut found = fixture.store().recover().await.unwrap();
    found.sessions.sort_by_key(|session| session.row.session);
    found.jobs.sort_by_key(|job| job.row.job);
    found.subscriptions.sort_unstable();
    found
}

async fn a_new_store_is_empty(mut fixture: Fixture) {
    for _ in 0..2 {
        let found = recovered(&fixture).await;
        assert!(found.sessions.is_empty() && found.jobs.is_empty());
        assert!(found.subscriptions.is_empty());
        assert!(fixture.replay(1, 0, ALL).await.is_empty());
        assert!(fixture.history(1, 0, ALL).await.is_empty());
        fixture.commit(Vec::new()).await;
        fixture.reopen();
    }
}

async fn rows_come_back_as_they_were(mut fixture: Fixture) {
    let sessions = 0..4;
    let jobs = 0..8;
    fixture.commit(sessions.clone().map(opened).collect()).await;
    fixture
        .commit(jobs.clone().map(|n| accepted(n, n % 4)).collect())
        .await;
    fixture.reopen();
    let found = recovered(&fixture).await;
    let expected: Vec<_> = sessions
        .map(|n| RecoveredSession {
            row: session_row(n),
            last_event_seq: 0,
            trimmed_through: 0,
            left_at: None,
        })
        .collect();
    assert_eq!(found.sessions, expected);
    let expected: Vec<_> = jobs
        .map(|n| RecoveredJob {
            row: job_row(n, n % 4),
            last_seq: 0,
            last_owner_seq: 0,
            trimmed_through: 0,
        })
        .collect();
    assert_eq!(found.jobs, expected);
}

async fn later_records_change_rows(mut fixture: Fixture) {
    let statuses = [
        Status::Pending,
        Status::Running,
        Status::Success,
        Status::Error,
        Status::Cancelled,
        Status::TimedOut,
    ];
    fixture.commit(vec![opened(1), opened(2)]).await;
    for (n, status) in (0..).zip(statuses) {
        let job = job(n);
        fixture
            .commit(vec![accepted(n, 1), Record::JobStatus { job, status }])
            .await;
    }
    fixture
        .commit(vec![
            Record::SessionResumed {
                session: session(1),
                token_hash: [99; 32],
            },
            Record::JobAdopted {
                job: job(3),
                session: session(2),
            },
            Record::Subscribed {
                session: session(2),
                job: job(0),
            },
            Record::Subscribed {
                session: session(2),
                job: job(1),
            },
            Record::Subscribed {
                session: session(2),
                job: job(1),
            },
            Record::Unsubscribed {
                session: session(2),
                job: job(0),
            },
        ])
        .await;
    fixture.reopen();
    let found = recovered(&fixture).await;
    assert_eq!(found.sessions[0].row.token_hash, [99; 32]);
    assert_eq!(found.sessions[1].row, session_row(2));
    let kept: Vec<_> = found.jobs.iter().map(|job| job.row.status).collect();
    assert_eq!(kept, statuses);
    assert_eq!(found.jobs[3].row.owner, session(2));
    assert_eq!(found.jobs[2].row.owner, session(1));
    assert_eq!(found.subscriptions, [(session(2), job(1))]);
}

async fn a_session_is_left_until_it_is_resumed(mut fixture: Fixture) {
    let resumed = |n| Record::SessionResumed {
        session: session(n),
        token_hash: [99; 32],
    };
    let mut batch: Vec<_> = (1..=4).map(opened).collect();
    batch.extend((1..).zip([7, 8, 9]).map(|(n, at)| left(session(n), at)));
    batch.push(resumed(2));
    fixture.commit(batch).await;
    fixture.commit(vec![resumed(3), left(session(3), 10)]).await;
    fixture.reopen();
    let found = recovered(&fixture).await;
    let left: Vec<_> = found.sessions.iter().map(|it| it.left_at).collect();
    let at = |second| Some(Timestamp::from_second(second).unwrap());
    assert_eq!(left, [at(7), None, at(10), None]);
}

async fn one_entry_has_many_receivers(mut fixture: Fixture) {
    fixture
        .commit(vec![
            opened(1),
            opened(2),
            accepted(1, 1),
            accepted(2, 1),
            appended(1, 1, &[(1, 1)]),
            appended(1, 2, &[(1, 2), (2, 1)]),
            appended(2, 1, &[(2, 2)]),
            appended(1, 3, &[(2, 3), (1, 3)]),
            appended(2, 2, &[]),
        ])
        .await;
    fixture.reopen();
    let first = [received(1, 1, 1), received(2, 1, 2), received(3, 1, 3)];
    assert_eq!(fixture.replay(1, 0, ALL).await, first);
    let second = [received(1, 1, 2), received(2, 2, 1), received(3, 1, 3)];
    assert_eq!(fixture.replay(2, 0, ALL).await, second);
    assert_eq!(fixture.replay(2, 2, ALL).await, second[2..]);
    assert!(fixture.replay(2, 3, ALL).await.is_empty());
    assert!(fixture.replay(2, u64::MAX, ALL).await.is_empty());
    assert_eq!(fixture.history(2, 0, ALL).await, [entry(2, 1), entry(2, 2)]);
    assert_eq!(fixture.history(1, 2, ALL).await, [entry(1, 3)]);
    assert!(fixture.history(1, u64::MAX, ALL).await.is_empty());
    let found = recovered(&fixture).await;
    assert_eq!(found.sessions[1].last_event_seq, 3);
    assert_eq!(
        (found.jobs[1].last_seq, found.jobs[1].last_owner_seq),
        (2, 102)
    );
}

async fn pages_end_at_either_limit(fixture: Fixture) {
    let mut batch = vec![opened(1), accepted(1, 1)];
    batch.extend((1..=10).map(|n| appended(1, n, &[(1, n)])));
    fixture.commit(batch).await;
    let bytes = |last: u64| (1..=last).map(|n| entry(1, n).payload.len()).sum::<usize>();
    for (entries, bytes, expected) in [
        (0, 0, 1),
        (1, usize::MAX, 1),
        (4, usize::MAX, 4),
        (usize::MAX, 0, 1),
        (usize::MAX, bytes(1), 1),
        (usize::MAX, bytes(5) - 1, 4),
        (usize::MAX, bytes(5), 5),
        (3, bytes(5), 3),
        (5, bytes(3), 3),
    ] {
        let limit = PageLimit { entries, bytes };
        assert_eq!(
            fixture.replay(1, 0, limit).await.len(),
            expected,
            "{limit:?}"
        );
        assert_eq!(
            fixture.history(1, 0, limit).await.len(),
            expected,
            "{limit:?}"
        );
    }
}

async fn long_logs_are_read_in_pages(mut fixture: Fixture) {
    fixture.commit(vec![opened(1), accepted(1, 1)]).await;
    let (batch, last) = (700, 3500);
    for first in (1..=last).step_by(batch) {
        let end = first + u64::try_from(batch).unwrap();
        fixture
            .commit((first..end).map(|n| appended(1, n, &[(1, n)])).collect())
            .await;
    }
    fixture.reopen();
    let limit = PageLimit {
        entries: 999,
        bytes: 90_000,
    };
    let (mut deliveries, mut entries) = (Vec::new(), Vec::new());
    loop {
        let after = deliveries.len() as u64;
        let page = fixture.replay(1, after, limit).await;
        let same = fixture.history(1, after, limit).await;
        assert_eq!(page.len(), same.len());
        if page.is_empty() {
            break;
        }
        deliveries.extend(page);
        entries.extend(same);
    }
    let expected: Vec<_> = (1..=last).map(|n| received(n, 1, n)).collect();
    assert!(deliveries == expected, "{} deliveries", deliveries.len());
    let expected: Vec<_> = (1..=last).map(|n| entry(1, n)).collect();
    assert!(entries == expected, "{} entries", entries.len());
}

async fn jobs_in_turn_keep_their_order(mut fixture: Fixture) {
    let mut expected = Vec::new();
    let mut batch = vec![opened(1), opened(2)];
    batch.extend((0..3).map(|n| accepted(n, 1)));
    for round in 1..=400 {
        for of in 0..3 {
            let number = (round - 1) * 3 + of + 1;
            batch.push(appended(of, round, &[(1, number), (2, number)]));
            expected.push(received(number, of, round));
        }
        if round % 50 == 0 {
            fixture.commit(std::mem::take(&mut batch)).await;
        }
    }
    for _ in 0..2 {
        for after in [0, 1, 598, 1199] {
            let found = fixture.replay(2, after as u64, ALL).await;
            assert!(found == expected[after..], "after {after}");
        }
        fixture.reopen();
    }
}

async fn history_is_delivered_again(mut fixture: Fixture) {
    let mut batch = vec![opened(1), opened(2), accepted(1, 1)];
    batch.extend((1..=5).map(|n| appended(1, n, &[(1, n)])));
    fixture.commit(batch).await;
    let again = |first_event_seq, entries: &[u64]| Record::Delivered {
        session: session(2),
        job: job(1),
        first_event_seq,
        entries: entries.to_vec(),
    };
    fixture
        .commit(vec![
            again(1, &[1, 2, 4]),
            again(4, &[]),
            appended(1, 6, &[(1, 6), (2, 4)]),
        ])
        .await;
    fixture.commit(vec![again(5, &[2, 6])]).await;
    fixture.reopen();
    let expected: Vec<_> = (1..).zip([1, 2, 4, 6, 2, 6]).collect();
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(n, seq)| received(n, 1, seq))
        .collect();
    assert_eq!(fixture.replay(2, 0, ALL).await, expected);
    assert_eq!(recovered(&fixture).await.sessions[1].last_event_seq, 6);
}

async fn filtered_entries_leave_no_gap_in_the_session(mut fixture: Fixture) {
    let mut batch = vec![opened(1), accepted(1, 1)];
    // Every third entry, over a range that is longer than any a store may want to keep in one row.
    batch.extend((1..=4000).map(|seq| match seq % 3 {
        0 => appended(1, seq, &[(1, seq / 3)]),
        _ => appended(1, seq, &[]),
    }));
    fixture.commit(batch).await;
    fixture
        .commit(vec![Record::JobTrimmed {
            job: job(1),
            through: 4000,
        }])
        .await;
    fixture.reopen();
    let expected: Vec<_> = (1..=1333).map(|n| received(n, 1, 3 * n)).collect();
    assert!(fixture.replay(1, 0, ALL).await == expected);
}

async fn a_refused_batch_leaves_nothing(mut fixture: Fixture) {
    fixture
        .commit(vec![opened(1), accepted(1, 1), appended(1, 1, &[(1, 1)])])
        .await;
    let delivered = |first_event_seq, entries: &[u64]| Record::Delivered {
        session: session(1),
        job: job(1),
        first_event_seq,
        entries: entries.to_vec(),
    };
    let wrong = [
        opened(1),
        accepted(1, 1),
        appended(1, 2, &[(1, 4)]),
        appended(1, 4, &[(1, 3)]),
        appended(9, 1, &[]),
        appended(1, 3, &[(9, 1)]),
        delivered(3, &[4]),
        delivered(3, &[2, 2]),
        delivered(3, &[0]),
        delivered(5, &[1]),
        Record::JobStatus {
            job: job(9),
            status: Status::Running,
        },
        Record::SessionResumed {
            session: session(9),
            token_hash: [0; 32],
        },
        left(session(9), 1),
        Record::Subscribed {
            session: session(1),
            job: job(9),
        },
        Record::Subscribed {
            session: session(9),
            job: job(1),
        },
        Record::JobAdopted {
            job: job(9),
            session: session(1),
        },
    ];
    let before = format!("{:?}", recovered(&fixture).await);
    for last in wrong {
        let batch = vec![
            opened(2),
            accepted(2, 2),
            appended(1, 2, &[(1, 2), (2, 1)]),
            Record::JobAdopted {
                job: job(1),
                session: session(2),
            },
            last.clone(),
        ];
        let answer = fixture.store().commit(batch.into()).await;
        assert!(
            matches!(answer, Err(StoreError::Refused(_))),
            "{last:?}: {answer:?}"
        );
        assert_eq!(fixture.replay(1, 0, ALL).await, [received(1, 1, 1)]);
        assert_eq!(fixture.history(1, 0, ALL).await, [entry(1, 1)]);
        assert_eq!(format!("{:?}", recovered(&fixture).await), before);
    }
    fixture.reopen();
    assert_eq!(format!("{:?}", recovered(&fixture).await), before);
    fixture.commit(vec![appended(1, 2, &[(1, 2)])]).await;
}

async fn readers_see_whole_batches(fixture: Fixture) {
    const BATCHES: u64 = 40;
    const LENGTH: u64 = 25;
    fixture.commit(vec![opened(1), accepted(1, 1)]).await;
    let fixture = Arc::new(fixture);
    let reader = tokio::spawn({
        let fixture = Arc::clone(&fixture);
        async move {
            let mut seen = 0;
            while seen < BATCHES * LENGTH {
                let log = fixture.history(1, 0, ALL).await;
                let received = fixture.replay(1, 0, ALL).await;
                assert_eq!(log.len() as u64 % LENGTH, 0);
                assert_eq!(received.len() as u64 % LENGTH, 0);
                assert!(
                    log.len() <= received.len(),
                    "read later, it knows at least as much"
                );
                assert!(log.len() as u64 >= seen);
                seen = received.len() as u64;
                assert!(received.iter().map(|d| d.event_seq).eq(1..=seen));
            }
        }
    });
    for batch in 0..BATCHES {
        let numbers = batch * LENGTH + 1..=(batch + 1) * LENGTH;
        let last = *numbers.end();
        fixture
            .commit(numbers.map(|n| appended(1, n, &[(1, n)])).collect())
            .await;
        let own = fixture.replay(1, last - 1, ALL).await;
        assert_eq!(
            own,
            [received(last, 1, last)],
            "a commit is seen when it is answered"
        );
    }
    reader.await.unwrap();
}

async fn large_payloads_come_back(mut fixture: Fixture) {
    let payload = bytes::Bytes::from(vec![b'"'; 3 << 20]);
    let mut large = entry(1, 1);
    large.payload = payload.clone();
    large.owner_seq = u64::MAX;
    let record = Record::Appended {
        job: job(1),
        entry: large.clone(),
        deliveries: vec![(session(1), 1)],
    };
    fixture
        .commit(vec![
            opened(1),
            accepted(1, 1),
            record,
            appended(1, 2, &[(1, 2)]),
        ])
        .await;
    fixture.reopen();
    assert!(fixture.history(1, 0, ALL).await == [large, entry(1, 2)]);
    let limit = PageLimit {
        entries: 10,
        bytes: 1000,
    };
    let page = fixture.replay(1, 0, limit).await;
    assert!(page.len() == 1 && page[0].payload == payload);
}
