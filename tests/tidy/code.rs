//! Rust text without what is not code: comments and the insides of strings become blanks, lines stay where they are.

/// The code of a Rust file.
pub(crate) fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut place = 0;
    while place < bytes.len() {
        let end = skipped(bytes, place);
        if let Some((start, end)) = end {
            for byte in &mut out[start..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
            place = end.max(place + 1);
        } else {
            place += 1;
        }
    }
    String::from_utf8(out).expect("only whole characters become blanks")
}

/// The code of a Rust file without its `#[cfg(test)] mod … { … }`.
pub(crate) fn production(text: &str) -> String {
    let mut code = code(text);
    while let Some(start) = code.find("#[cfg(test)]") {
        let rest = &code[start..];
        let (body, end) = (rest.find('{'), rest.find(';'));
        let length = match (body, end) {
            (Some(body), end) if end.is_none_or(|end| body < end) => {
                closing(rest, body).unwrap_or(rest.len())
            }
            (_, Some(end)) => end + 1,
            _ => rest.len(),
        };
        let blank: String = rest[..length]
            .chars()
            .map(|c| if c == '\n' { '\n' } else { ' ' })
            .collect();
        code.replace_range(start..start + length, &blank);
    }
    code
}

/// Every identifier with the number of its line.
pub(crate) fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.lines().enumerate().flat_map(|(line, text)| {
        text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty())
            .map(move |word| (line + 1, word))
    })
}

/// What begins at `place` and is no code: where it begins and where code goes on.
fn skipped(bytes: &[u8], place: usize) -> Option<(usize, usize)> {
    let rest = &bytes[place..];
    if rest.starts_with(b"//") {
        let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        return Some((place, place + length));
    }
    if rest.starts_with(b"/*") {
        let length = find(rest, b"*/").map_or(rest.len(), |at| at + 2);
        return Some((place, place + length));
    }
    let before = place.checked_sub(1).map(|at| bytes[at]);
    let in_word = before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !in_word && (rest[0] == b'r' || rest.starts_with(b"br")) {
        let mark = usize::from(rest[0] == b'b') + 1;
        let hashes = rest[mark..].iter().take_while(|b| **b == b'#').count();
        if rest.get(mark + hashes) == Some(&b'"') {
            let start = mark + hashes + 1;
            let end = [b"\"".as_slice(), "#".repeat(hashes).as_bytes()].concat();
            let length = find(&rest[start..], &end).unwrap_or(rest.len() - start);
            return Some((place + start, place + start + length + end.len()));
        }
    }
    if rest[0] == b'"' {
        let mut end = 1;
        while end < rest.len() && rest[end] != b'"' {
            end += if rest[end] == b'\\' { 2 } else { 1 };
        }
        return Some((place + 1, (place + end + 1).min(bytes.len())));
    }
    // A character, not a lifetime.
    if rest.starts_with(b"'\\") {
        let length = find(&rest[3..], b"'").map_or(rest.len(), |at| at + 4);
        return Some((place + 1, place + length));
    }
    if rest[0] == b'\'' {
        let text = std::str::from_utf8(&rest[1..rest.len().min(6)]);
        let first = match text {
            Ok(text) => text.chars().next(),
            Err(error) => std::str::from_utf8(&rest[1..=error.valid_up_to()])
                .ok()
                .and_then(|text| text.chars().next()),
        };
        let length = first.map_or(1, char::len_utf8) + 1;
        if rest.get(length) == Some(&b'\'') {
            return Some((place + 1, place + length + 1));
        }
    }
    None
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len().max(1)).position(|w| w == what)
}

/// Where the bracket that opens at `open` is closed.
fn closing(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0;
    for (place, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(place + 1);
        }
    }
    None
}

#[test]
fn only_code_is_left() {
    let text = r##"use a::b; // use c
/* d */ let e = "f \" g"; let h = r#"i " j"#; let k = '"'; let l: &'m str = '\n'; n
"##;
    let left: Vec<&str> = words(&code(text))
        .map(|(_, word)| word)
        .map(|word| match word {
            "use" | "let" | "str" | "r" => "",
            other => other,
        })
        .filter(|word| !word.is_empty())
        .map(|word| match word {
            "a" => "a",
            "b" => "b",
            "e" => "e",
            "h" => "h",
            "k" => "k",
            "l" => "l",
            "m" => "m",
            "n" => "n",
            other => panic!("{other} is no code"),
        })
        .collect();
    assert_eq!(left, ["a", "b", "e", "h", "k", "l", "m", "n"]);
}

#[test]
fn tests_are_no_production_code() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { {} } }\nfn c() {}\n#[cfg(test)]\nmod d;\nfn e() {}\n";
    let left = production(text);
    let left: Vec<_> = words(&left).filter(|(_, word)| *word != "fn").collect();
    assert_eq!(left, [(1, "a"), (4, "c"), (7, "e")]);
}
