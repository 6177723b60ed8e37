//! Streamed results, whole and broken.

use super::*;

fn chunk(chunk_seq: u64, data: &str, more: bool) -> Chunk<'_> {
    Chunk {
        result_id: "res_1",
        chunk_seq,
        data,
        base64: false,
        more,
    }
}

fn assembled(chunks: &[Chunk<'_>], cap: usize) -> Assembly {
    let mut assembly = Assembly::default();
    for chunk in chunks {
        let room = cap.saturating_sub(assembly.held());
        assembly.push(chunk, room, cap);
    }
    assembly
}

fn kept(finished: Result<Finished, ChunkError>) -> Streamed {
    match finished.unwrap() {
        Finished::Kept(streamed) => streamed,
        Finished::Checked(written) => panic!("{written:?}"),
    }
}

#[test]
fn what_goes_elsewhere_is_only_checked() {
    let mut assembly = assembled(&[chunk(0, "far too much", true)], 5);
    assembly.let_go();
    assembly.push(&chunk(1, "!", false), 0, 5);
    assert_eq!(assembly.held(), 0);
    let written = Written {
        result_id: "res_1".to_owned(),
        bytes: 13,
        text: true,
    };
    assert_eq!(
        assembly.finish("res_1", Some(13)),
        Ok(Finished::Checked(written))
    );
    let mut checking = Assembly::checking();
    checking.push(&chunk(1, "b", true), 5, 5);
    assert_eq!(
        checking.finish("res_1", None),
        Err(ChunkError::Start { got: 1 })
    );
}

#[test]
fn text_and_base64_are_joined() {
    let base64 = |chunk_seq, data, more| Chunk {
        base64: true,
        ..chunk(chunk_seq, data, more)
    };
    let whole = assembled(
        &[
            chunk(0, "é", true),
            chunk(1, "", true),
            chunk(2, "!", false),
        ],
        3,
    );
    let streamed = kept(whole.finish("res_1", Some(3)));
    assert_eq!(
        (streamed.bytes.as_slice(), streamed.text),
        ("é!".as_bytes(), true)
    );
    let whole = assembled(&[base64(0, "AP8=", true), base64(1, "AP8", false)], 4);
    let streamed = kept(whole.finish("res_1", None));
    assert_eq!(
        (streamed.bytes.as_slice(), streamed.text),
        (&[0, 255, 0, 255][..], false)
    );
}

#[test]
fn the_first_mistake_is_told_at_the_end() {
    let other = Chunk {
        result_id: "res_2",
        ..chunk(1, "b", false)
    };
    let garbage = Chunk {
        base64: true,
        ..chunk(0, "a_b!", false)
    };
    let cases = [
        (vec![chunk(1, "a", false)], ChunkError::Start { got: 1 }),
        (
            vec![
                chunk(0, "a", true),
                chunk(0, "a", true),
                chunk(7, "x", false),
            ],
            ChunkError::Order {
                expected: 1,
                got: 0,
            },
        ),
        (
            vec![chunk(0, "a", false), chunk(1, "b", false)],
            ChunkError::AfterLast,
        ),
        (
            vec![chunk(0, "a", true), other],
            ChunkError::SecondResult("res_2".to_owned()),
        ),
        (vec![chunk(0, "a", true)], ChunkError::Unfinished),
        (vec![], ChunkError::Unfinished),
        (
            vec![chunk(0, "12345678", true), chunk(1, "9", false)],
            ChunkError::TooLarge { cap: 8 },
        ),
    ];
    for (chunks, expected) in cases {
        assert_eq!(assembled(&chunks, 8).finish("res_1", None), Err(expected));
    }
    let broken = assembled(&[garbage], 8).finish("res_1", None);
    assert!(
        matches!(broken, Err(ChunkError::Encoding { chunk_seq: 0, .. })),
        "{broken:?}"
    );
}

#[test]
fn the_end_must_agree() {
    let whole = || assembled(&[chunk(0, "abc", false)], 100);
    assert_eq!(
        whole().finish("res_1", Some(4)),
        Err(ChunkError::Size { said: 4, got: 3 })
    );
    assert!(matches!(
        whole().finish("res_9", Some(3)),
        Err(ChunkError::OtherResult { .. })
    ));
}

#[test]
fn a_base64_chunk_at_the_cap_passes_and_one_over_it_does_not() {
    let base64 = |data| Chunk {
        base64: true,
        ..chunk(0, data, false)
    };
    assert!(
        assembled(&[base64("AAAA")], 3)
            .finish("res_1", Some(3))
            .is_ok()
    );
    for (data, cap) in [("AAAA", 2), ("AAAAAAAAAAAAAAAAAAAAAAAAAAAA", 3)] {
        let refused = assembled(&[base64(data)], cap).finish("res_1", None);
        assert_eq!(refused, Err(ChunkError::TooLarge { cap }));
    }
}

#[test]
fn what_another_client_wrote_is_gone_on_with() {
    let (first, second) = (chunk(0, "ab", true), chunk(1, "cd", true));
    let mut chunks = Chunks::default();
    assert_eq!(chunks.position(), None);
    for chunk in [&first, &second] {
        chunks.take(chunk).unwrap();
    }
    let position = chunks.position().unwrap();
    assert_eq!(
        (position.chunks, position.bytes, position.text),
        (2, 4, true)
    );

    let mut assembly = Assembly::after(&position);
    // The second may come again.
    for chunk in [second, chunk(2, "e", false)] {
        assembly.push(&chunk, 0, 0);
    }
    match assembly.finish("res_1", Some(5)).unwrap() {
        Finished::Checked(written) => assert_eq!(written.bytes, 5),
        Finished::Kept(streamed) => panic!("{streamed:?}"),
    }
    let mut assembly = Assembly::after(&position);
    assembly.push(&chunk(3, "e", false), 0, 0);
    assert_eq!(
        assembly.finish("res_1", Some(5)),
        Err(ChunkError::Order {
            expected: 2,
            got: 3
        })
    );
}
