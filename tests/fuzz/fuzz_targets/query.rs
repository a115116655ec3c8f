//! Any text as a rule: it is refused at a place inside it, or printing it and reading that again gives the same rule.
#![no_main]

use hark::text::query::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match parse(text) {
        Ok(query) => {
            let printed = query.to_string();
            assert_eq!(parse(&printed).as_ref(), Ok(&query), "{printed}");
        }
        Err(error) => assert!(text.is_char_boundary(error.at)),
    }
});
